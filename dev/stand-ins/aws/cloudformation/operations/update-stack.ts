import type { ChangeSet } from '../change-set.ts';
import type { Specification } from '../plan/specification.ts';
import type { StackResource, Undo } from '../stack.ts';
import { type Run, setStackStatus } from '../stack-events.ts';
import { beginRollback } from './begin-operation.ts';
import { deleteResources } from './delete-stack.ts';
import { applyDeployment } from './deploy.ts';
import { concludeDeployment } from './outcome.ts';
import { rollBackUpdate } from './roll-back-update.ts';

/** Executes a change set of type UPDATE. Resolves when the stack has its final status. */
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
  const applied = await applyDeployment(run, deployment, specification, {
    replaces: !disableRollback,
  });
  const failure = concludeDeployment(run, deployment, applied);
  if (failure === undefined) {
    delete stack.failedUpdates;
    await finish(run, applied.journal, deployment);
    return;
  }
  const undone = [...applied.journal].reverse();
  if (disableRollback) {
    const { undos = [], stable = before } = stack.failedUpdates ?? {};
    stack.failedUpdates = { undos: [...undone, ...undos], stable };
    setStackStatus(run, 'UPDATE_FAILED', `${failure} `);
    return;
  }
  stack.deployed = before;
  const rollback = beginRollback(run);
  setStackStatus(rollback, 'UPDATE_ROLLBACK_IN_PROGRESS', `${failure} `);
  await rollBackUpdate(rollback, undone);
}

/** Deletes resources that the new template no longer contains, and those that were replaced. */
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
  // The update still completes: the stack no longer tracks resources that could not be deleted.
  const reason = failed.size > 0 ? 'One or more resources could not be deleted.' : undefined;
  setStackStatus(run, 'UPDATE_COMPLETE', reason);
}

/** For a replaced resource `UpdateReplacePolicy` applies, not `DeletionPolicy`. */
function kept(resource: StackResource): StackResource {
  resource.deletionPolicy = resource.updateReplacePolicy;
  return resource;
}
