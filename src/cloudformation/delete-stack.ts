import { CloudError } from '../core/errors.ts';
import { unlessAnotherRunWasFirst } from './concurrent-runs.ts';
import { adopt, checkDeadline, operate, type StackEngine } from './follow.ts';
import { operationFailed } from './operation-failed.ts';
import type { PlannedResource } from './polling.ts';
import type { Stack, Template } from './stack-api.ts';
import { destroyStep } from './stack-status.ts';

export interface DeletedStack {
  readonly name: string;
  readonly durationMs: number;
}

/**
 * Deletes a stack and waits, by its id, until it is gone. Waits first for a running operation to end.
 *
 * @throws CloudError naming the first resource that could not be deleted.
 */
export async function deleteStack(
  engine: StackEngine,
  stack: Pick<Stack, 'id' | 'name'>,
  template?: Template,
): Promise<DeletedStack> {
  const began = engine.clock.now();
  for (;;) {
    const current = await engine.api.describe(stack.id);
    const step = destroyStep(current?.status);
    if (current === undefined || step === 'nothing') {
      return { name: stack.name, durationMs: engine.clock.now() - began };
    }
    checkUnprotected(current);
    if (step === 'wait') {
      engine.log.info(`${stack.name}  is ${current.status}: waiting for the operation under way`);
      await adopt(engine, stack);
      continue;
    }
    checkDeadline(engine, stack.name);
    const ended = await unlessAnotherRunWasFirst(engine, stack.name, async () => {
      const planned = await resourcesToRemove(engine, stack);
      return operate(engine, stack, () => engine.api.deleteStack(stack.id), planned);
    });
    if (ended === undefined) continue;
    const left = ended.stack?.status ?? 'DELETE_COMPLETE';
    if (left !== 'DELETE_COMPLETE') throw operationFailed(stack.name, ended, template);
    return { name: stack.name, durationMs: engine.clock.now() - began };
  }
}

/**
 * Deletes the empty shell that a change set leaves, and waits until it is gone. When another run has started to create
 * the stack in the meantime, it stays.
 */
export async function deleteShell(
  engine: StackEngine,
  shell: Pick<Stack, 'id' | 'name'>,
): Promise<void> {
  const current = await engine.api.describe(shell.id);
  if (current?.status !== 'REVIEW_IN_PROGRESS') return;
  await operate(engine, shell, () => engine.api.deleteStack(shell.id));
}

/** The resources that a deletion has to remove. */
async function resourcesToRemove(
  { api }: StackEngine,
  { id }: Pick<Stack, 'id'>,
): Promise<readonly PlannedResource[]> {
  return (await api.resources(id)).map((resource) => ({ ...resource, action: 'Remove' }));
}

/** @throws CloudError when a stack's termination protection is on. */
export function checkUnprotected({ name, terminationProtection }: Stack): void {
  if (!terminationProtection) return;
  throw new CloudError({
    resource: `stack ${name}`,
    reason: 'its termination protection is on',
    nextStep: 'if it should really be deleted, deploy it with termination-protection: false first',
  });
}
