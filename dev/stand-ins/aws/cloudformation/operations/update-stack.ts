import type { ChangeSet } from '../change-set.ts';
import type { Specification } from '../plan/specification.ts';
import type { StackResource, Undo } from '../stack.ts';
import { type Run, setStackStatus } from '../stack-events.ts';
import { deleteResources } from './delete-stack.ts';
import { applyDeployment } from './deploy.ts';
import { concludeDeployment } from './outcome.ts';
import { rollBackUpdate } from './roll-back-update.ts';

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
  setStackStatus(run, 'UPDATE_ROLLBACK_IN_PROGRESS', `${failure} `);
  await rollBackUpdate(run, [...applied.journal].reverse());
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
