interface Statement {
  readonly Action?: string | readonly string[];
  readonly NotAction?: unknown;
}

/** What each policy says of each action. */
const known = new WeakMap<object, Map<string, object | undefined>>();

/**
 * A policy without the statements that name other actions only. A statement that does not name an action neither allows nor denies
 * it, but the simulator compares its resources and conditions, too, which is most of the simulator's time.
 *
 * @param action such as `ec2:CreateSubnet`
 * @returns undefined when no statement is left, which the form of policies does not allow
 */
export function aboutAction<Policy extends object>(
  policy: Policy,
  action: string,
): Policy | undefined {
  const said = known.get(policy) ?? new Map<string, object | undefined>();
  known.set(policy, said);
  if (!said.has(action)) said.set(action, withStatementsOf(policy, action));
  return said.get(action) as Policy | undefined;
}

function withStatementsOf(policy: object, action: string): object | undefined {
  const { Statement = [] } = policy as { readonly Statement?: Statement | readonly Statement[] };
  const left = [Statement].flat().filter((one) => mayName(one, action));
  return left.length === 0 ? undefined : { ...policy, Statement: left };
}

/** `NotAction` is left to the simulator. */
function mayName({ Action = [], NotAction }: Statement, action: string): boolean {
  return NotAction !== undefined || [Action].flat().some((pattern) => isLike(action, pattern));
}

/** Names of actions are compared without regard to case, with `*` and `?`. */
function isLike(action: string, pattern: string): boolean {
  const escaped = pattern.replaceAll(/[\\^$.|+()[\]{}]/g, '\\$&');
  return new RegExp(`^${escaped.replaceAll('*', '.*').replaceAll('?', '.')}$`, 'i').test(action);
}
