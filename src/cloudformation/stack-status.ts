import type { StackStatus } from '@aws-sdk/client-cloudformation';

/** What a deploy does next with a stack in a given status. */
export type DeployStep =
  | 'create'
  | 'update'
  /** The stack never worked: delete what is left of it, then create it. */
  | 'replace'
  /** An operation is running, perhaps a cancelled run's: wait for its end, then check again. */
  | 'wait'
  | 'continue-rollback'
  /** An update failed without rollback. A deploy rolls it back first; with `on-failure: keep` it goes on from there. */
  | 'roll-back'
  | 'give-up';

/** What a destroy does next with a stack in a given status. */
export type DestroyStep = 'nothing' | 'delete' | 'wait';

interface Steps {
  readonly deploy: DeployStep;
  readonly destroy: DestroyStep;
}

const busy: Steps = { deploy: 'wait', destroy: 'wait' };
const stable: Steps = { deploy: 'update', destroy: 'delete' };
const neverWorked: Steps = { deploy: 'replace', destroy: 'delete' };

/**
 * Every status in CloudFormation's API model. A failed import may hold resources that somebody wants to keep, so a person
 * has to repair it.
 */
const steps: Readonly<Record<StackStatus, Steps>> = {
  // A change set that was never executed leaves this empty shell. It accepts another CREATE change set.
  REVIEW_IN_PROGRESS: { deploy: 'create', destroy: 'delete' },
  CREATE_IN_PROGRESS: busy,
  CREATE_COMPLETE: stable,
  CREATE_FAILED: neverWorked,
  ROLLBACK_IN_PROGRESS: busy,
  ROLLBACK_COMPLETE: neverWorked,
  ROLLBACK_FAILED: neverWorked,
  UPDATE_IN_PROGRESS: busy,
  UPDATE_COMPLETE_CLEANUP_IN_PROGRESS: busy,
  UPDATE_COMPLETE: stable,
  UPDATE_FAILED: { deploy: 'roll-back', destroy: 'delete' },
  UPDATE_ROLLBACK_IN_PROGRESS: busy,
  UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS: busy,
  UPDATE_ROLLBACK_COMPLETE: stable,
  UPDATE_ROLLBACK_FAILED: { deploy: 'continue-rollback', destroy: 'delete' },
  IMPORT_IN_PROGRESS: busy,
  IMPORT_COMPLETE: stable,
  IMPORT_ROLLBACK_IN_PROGRESS: busy,
  IMPORT_ROLLBACK_COMPLETE: stable,
  IMPORT_ROLLBACK_FAILED: { deploy: 'give-up', destroy: 'delete' },
  DELETE_IN_PROGRESS: busy,
  DELETE_FAILED: neverWorked,
  DELETE_COMPLETE: { deploy: 'create', destroy: 'nothing' },
};

/** What to do with a stack; `undefined` is a stack that does not exist. */
export function deployStep(status: StackStatus | undefined): DeployStep {
  return status === undefined ? 'create' : steps[status].deploy;
}

/** Whether a stack of this status has ever worked. One that has not is made anew. */
export function hasWorked(status: StackStatus): boolean {
  const step = deployStep(status);
  return step !== 'create' && step !== 'replace';
}

/** What to do first to get rid of a stack. */
export function destroyStep(status: StackStatus | undefined): DestroyStep {
  return status === undefined ? 'nothing' : steps[status].destroy;
}

/** True while CloudFormation works on a stack or a resource. REVIEW_IN_PROGRESS is idle: it waits for a change set. */
export function isBusy(status: string): boolean {
  return status.endsWith('_IN_PROGRESS') && status !== 'REVIEW_IN_PROGRESS';
}

/** True when a create or update succeeded, without rollback or failure. */
export function isDeployed(status: StackStatus): boolean {
  return status === 'CREATE_COMPLETE' || status === 'UPDATE_COMPLETE';
}
