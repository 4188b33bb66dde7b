import { CloudError, isExplained } from '../core/errors.ts';
import { isNotAllowed } from './answers.ts';
import { operate, type StackEngine } from './follow.ts';
import { operationFailed } from './operation-failed.ts';
import type { Stack, Template } from './stack-api.ts';

/**
 * Rolls back an update that failed without rollback. Until then CloudFormation accepts no update with rollback, and finds
 * nothing to change in the same template.
 *
 * @returns the stack as the rollback left it
 * @throws CloudError when the role may not roll back, or when nothing was rolled back.
 */
export async function rollBackFailedUpdate(
  engine: StackEngine,
  stack: Stack,
  template: Template,
): Promise<Stack | undefined> {
  const { api, log } = engine;
  log.info(`${stack.name}  is UPDATE_FAILED: its failed update is rolled back first`);
  try {
    const ended = await operate(engine, stack, () => api.rollBack(stack.id));
    if (ended.stack?.status !== 'UPDATE_FAILED') return ended.stack;
    throw operationFailed(stack.name, ended, template);
  } catch (error) {
    if (isNotAllowed(error)) throw mayNotRollBack(stack, error);
    if (isExplained(error)) throw error;
    const now = await api.describe(stack.id);
    if (now?.status === 'UPDATE_FAILED') throw error;
    // Another run has begun to roll it back, or to delete it.
    return now;
  }
}

function mayNotRollBack({ name }: Stack, cause: unknown): CloudError {
  return new CloudError({
    resource: `stack ${name}`,
    reason:
      'it is UPDATE_FAILED: an update failed with on-failure: keep, and the role may not call cloudformation:RollbackStack to undo it',
    nextStep:
      'allow the role cloudformation:RollbackStack, as cfn/github-oidc.yaml does, or roll the stack back in the CloudFormation console; then run the action again',
    cause,
  });
}
