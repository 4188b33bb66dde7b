/**
 * What the name of a guard ends with: a stack with schedules of EventBridge that delete another stack. Names of node groups
 * have no capital letters, so no node group's stack is called like a guard.
 */
const SUFFIX = '-Guard';

/** The name of the guard of a stack. */
export function guardNameOf(stackName: string): string {
  return `${stackName}${SUFFIX}`;
}

/** Whether a stack of an environment is a guard, by its name. */
export function isGuard({ name }: { readonly name: string }): boolean {
  return name.endsWith(SUFFIX);
}
