import { isGuard } from './guard-stack.ts';

/** What the name of the stack with an environment's SSM parameters ends with. No name of a node group has a capital letter. */
const SUFFIX = '-Outputs';

/** The name of the stack with an environment's SSM parameters. */
export function outputsNameOf(environment: string): string {
  return `${environment}${SUFFIX}`;
}

/** Whether a stack of an environment has its SSM parameters, by its name. */
export function isOutputs({ name }: { readonly name: string }): boolean {
  return name.endsWith(SUFFIX);
}

/** Whether a stack of an environment has neither its cluster nor nodes. */
export function isBeside(stack: { readonly name: string }): boolean {
  return isGuard(stack) || isOutputs(stack);
}
