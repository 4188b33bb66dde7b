/**
 * True for what CloudFormation answers when a stack or a change set is not there (any more). For stacks it has no error
 * type of its own: a ValidationError whose text says so.
 */
export function doesNotExist(error: unknown): boolean {
  return error instanceof Error && /does not exist/.test(error.message);
}
