import type { ChangeSet } from '../change-set.ts';
import type { Specification } from '../plan/specification.ts';
import { type Run, setStackStatus } from '../stack-events.ts';
import { beginRollback } from './begin-operation.ts';
import { deleteResources, deleteStack } from './delete-stack.ts';
import { applyDeployment } from './deploy.ts';
import { concludeDeployment } from './outcome.ts';

export type OnFailure = 'DELETE' | 'DO_NOTHING' | 'ROLLBACK';

/** Executes a change set of type CREATE. Resolves when the stack has its final status. */
export async function createStack(
  run: Run,
  { deployment }: ChangeSet,
  specification: Specification,
  onFailure: OnFailure,
): Promise<void> {
  const { stack, engine } = run;
  stack.deployed = deployment;
  setStackStatus(run, 'CREATE_IN_PROGRESS', 'User Initiated');
  await engine.pacing.before({ kind: 'stack', stackName: stack.name });
  const applied = await applyDeployment(run, deployment, specification);
  // A DeleteStack call cancelled the creation and now takes over.
  if (run.signal.aborted) return;
  const failure = concludeDeployment(run, deployment, applied);
  if (failure === undefined) {
    setStackStatus(run, 'CREATE_COMPLETE');
    return;
  }
  await afterFailure(run, failure, onFailure);
}

async function afterFailure(run: Run, reason: string, onFailure: OnFailure): Promise<void> {
  if (onFailure === 'DO_NOTHING') {
    setStackStatus(run, 'CREATE_FAILED', `${reason} `);
    return;
  }
  if (onFailure === 'DELETE') {
    await deleteStack(run, { retain: [], force: false }, `${reason} Delete requested by user.`);
    return;
  }
  const rollback = beginRollback(run);
  setStackStatus(rollback, 'ROLLBACK_IN_PROGRESS', `${reason} Rollback requested by user.`);
  const { failed } = await deleteResources(rollback, [...run.stack.resources.values()]);
  if (failed.size > 0) {
    const names = [...failed.keys()].join(', ');
    setStackStatus(
      rollback,
      'ROLLBACK_FAILED',
      `The following resource(s) failed to delete: [${names}]. `,
    );
    return;
  }
  setStackStatus(rollback, 'ROLLBACK_COMPLETE');
}
