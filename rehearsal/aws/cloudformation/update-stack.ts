import type { ChangeSet } from './change-set.ts';
import { deleteResources } from './delete-stack.ts';
import { applyDeployment, type Undo } from './deploy.ts';
import { concludeDeployment } from './outcome.ts';
import { updateResource } from './resource-operations.ts';
import type { Specification } from './specification.ts';
import type { StackResource } from './stack.ts';
import { type Run, setStackStatus } from './stack-events.ts';

/** Carries out a change set of type UPDATE; resolves when the stack has its final status. */
export async function updateStack(
  run: Run,
  { deployment }: ChangeSet,
  specification: Specification,
  disableRollback: boolean,
): Promise<void> {
  const { stack, engine } = run;
  const before = stack.deployed;
  stack.deployed = deployment;
  stack.updatedAt = engine.clock();
  setStackStatus(run, 'UPDATE_IN_PROGRESS', 'User Initiated');
  await engine.pacing.before({ kind: 'stack', stackName: stack.name });
  const applied = await applyDeployment(run, deployment, specification);
  const failure = concludeDeployment(run, deployment, applied);
  if (failure === undefined) {
    await finish(run, applied.journal, deployment);
    return;
  }
  if (disableRollback) {
    setStackStatus(run, 'UPDATE_FAILED', `${failure} `);
    return;
  }
  stack.deployed = before;
  await rollBack(run, applied.journal, failure);
}

/** Deletes what the new template no longer has, and the former selves of what was replaced. */
async function finish(
  run: Run,
  journal: readonly Undo[],
  deployment: ChangeSet['deployment'],
): Promise<void> {
  const { stack } = run;
  setStackStatus(run, 'UPDATE_COMPLETE_CLEANUP_IN_PROGRESS');
  const removed = [...stack.resources.values()].filter(
    ({ logicalId }) => deployment.live.resources[logicalId] === undefined,
  );
  const former = journal.flatMap((undo) => (undo.kind === 'replaced' ? [kept(undo.before)] : []));
  const { failed } = await deleteResources(run, [...removed, ...former]);
  for (const { logicalId } of removed) stack.resources.delete(logicalId);
  // The stack is complete all the same: it has let go of what could not be deleted.
  const reason = failed.size > 0 ? 'One or more resources could not be deleted.' : undefined;
  setStackStatus(run, 'UPDATE_COMPLETE', reason);
}

/** For what has been replaced it is `UpdateReplacePolicy`, not `DeletionPolicy`, that counts. */
function kept(resource: StackResource): StackResource {
  resource.deletionPolicy = resource.updateReplacePolicy;
  return resource;
}

/** Undoes the journal, the latest first, then deletes what the failed update had made. */
async function rollBack(run: Run, journal: readonly Undo[], reason: string): Promise<void> {
  setStackStatus(run, 'UPDATE_ROLLBACK_IN_PROGRESS', `${reason} `);
  const calm: Run = { ...run, signal: new AbortController().signal };
  const leftovers: StackResource[] = [];
  const stuck: string[] = [];
  for (const undo of [...journal].reverse()) {
    try {
      const leftover = await undoOne(calm, undo);
      if (leftover !== undefined) leftovers.push(leftover);
    } catch {
      stuck.push(undo.resource.logicalId);
    }
  }
  if (stuck.length > 0) {
    const why = `The following resource(s) failed to update: [${stuck.join(', ')}]. `;
    setStackStatus(run, 'UPDATE_ROLLBACK_FAILED', why);
    return;
  }
  setStackStatus(run, 'UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS');
  await deleteResources(calm, leftovers);
  setStackStatus(run, 'UPDATE_ROLLBACK_COMPLETE');
}

async function undoOne(run: Run, undo: Undo): Promise<StackResource | undefined> {
  const { resources } = run.stack;
  const { resource } = undo;
  switch (undo.kind) {
    case 'updated':
      await updateResource(run, resource, undo.before);
      return undefined;
    case 'replaced':
      resources.set(undo.before.logicalId, undo.before);
      undo.before.status = 'UPDATE_COMPLETE';
      return resource;
    default:
      resources.delete(resource.logicalId);
      return resource;
  }
}
