import type { StackResource, Undo } from '../stack.ts';
import { type Run, setStackStatus } from '../stack-events.ts';
import { deleteResources } from './delete-stack.ts';
import { updateResource } from './resource-operations.ts';

/**
 * Undoes the changes of a failed update in the given order, then deletes what it created. Ends in
 * UPDATE_ROLLBACK_COMPLETE, or in UPDATE_ROLLBACK_FAILED with the rest kept for `continueRollback`.
 */
export async function rollBackUpdate(
  run: Run,
  undos: readonly Undo[],
  leftovers: readonly StackResource[] = [],
): Promise<void> {
  const { stack } = run;
  const made = [...leftovers];
  const stuck: Undo[] = [];
  for (const undo of undos) {
    try {
      made.push(...(await undoOne(run, undo)));
    } catch {
      stuck.push(undo);
    }
  }
  if (stuck.length > 0) {
    stack.unfinished = { undos: stuck, leftovers: made };
    const names = stuck.map(({ resource }) => resource.logicalId).join(', ');
    const reason = `The following resource(s) failed to update: [${names}]. `;
    setStackStatus(run, 'UPDATE_ROLLBACK_FAILED', reason);
    return;
  }
  delete stack.unfinished;
  setStackStatus(run, 'UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS');
  await deleteResources(run, made);
  setStackStatus(run, 'UPDATE_ROLLBACK_COMPLETE');
}

/** Rolls back the updates that failed without rollback, to the last deployment that worked. */
export async function rollBackStack(run: Run): Promise<void> {
  const { stack, engine } = run;
  const { undos = [], stable = stack.deployed } = stack.failedUpdates ?? {};
  delete stack.failedUpdates;
  stack.deployed = stable;
  setStackStatus(run, 'UPDATE_ROLLBACK_IN_PROGRESS', 'User Initiated');
  await engine.pacing.before({ kind: 'stack', stackName: stack.name });
  await rollBackUpdate(run, undos);
}

/** Continues a failed rollback. Skipped resources count as rolled back, whatever their state. */
export async function continueRollback(run: Run, skip: readonly string[]): Promise<void> {
  const { undos = [], leftovers = [] } = run.stack.unfinished ?? {};
  setStackStatus(run, 'UPDATE_ROLLBACK_IN_PROGRESS', 'User Initiated');
  await run.engine.pacing.before({ kind: 'stack', stackName: run.stack.name });
  const left = undos.filter(({ resource }) => !skip.includes(resource.logicalId));
  await rollBackUpdate(run, left, leftovers);
}

/** Undoes one change. Returns the resources to delete at the end. */
async function undoOne(run: Run, undo: Undo): Promise<readonly StackResource[]> {
  const { resources } = run.stack;
  const { resource } = undo;
  switch (undo.kind) {
    case 'updated':
      await updateResource(run, resource, undo.before);
      return [];
    case 'replaced':
      resources.set(undo.before.logicalId, undo.before);
      undo.before.status = 'UPDATE_COMPLETE';
      return [resource];
    default:
      resources.delete(resource.logicalId);
      return [resource];
  }
}
