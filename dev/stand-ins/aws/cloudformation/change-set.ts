import type { Drift } from './drift/drift.ts';
import type { PropertyProblem } from './plan/properties.ts';
import type { ResourceChange } from './plan/resource-change.ts';
import type { Deployment, Operation, Stack } from './stack.ts';

export type ChangeSetStatus =
  | 'CREATE_PENDING'
  | 'CREATE_IN_PROGRESS'
  | 'CREATE_COMPLETE'
  | 'FAILED'
  | 'DELETE_PENDING'
  | 'DELETE_IN_PROGRESS'
  | 'DELETE_COMPLETE';

export type ExecutionStatus =
  | 'UNAVAILABLE'
  | 'AVAILABLE'
  | 'EXECUTE_IN_PROGRESS'
  | 'EXECUTE_COMPLETE'
  | 'EXECUTE_FAILED'
  | 'OBSOLETE';

/** A property that does not match its type, or a name that is taken, found by early validation. */
export interface ValidationFailure extends PropertyProblem {
  readonly logicalId: string;
  readonly type: string;
  /** The name of the check; PROPERTY_VALIDATION when not given. */
  readonly check?: string;
}

export interface ChangeSet {
  readonly id: string;
  readonly name: string;
  readonly stack: Stack;
  readonly type: 'CREATE' | 'UPDATE';
  readonly createdAt: Date;
  readonly description: string | undefined;
  readonly deployment: Deployment;
  readonly onStackFailure: 'DELETE' | 'DO_NOTHING' | 'ROLLBACK' | undefined;
  /** Whether it brings resources back that were changed outside CloudFormation (`DeploymentMode: REVERT_DRIFT`). */
  readonly revertsDrift: boolean;
  readonly operation: Operation;
  /** How resources differ from what CloudFormation made of them; empty unless it reverts that. */
  drifts: ReadonlyMap<string, Drift>;
  status: ChangeSetStatus;
  statusReason: string | undefined;
  executionStatus: ExecutionStatus;
  changes: readonly ResourceChange[];
  failures: readonly ValidationFailure[];
  /** Why a hook refused it. */
  hookRefusal?: string;
  /** The client request token of its execution. */
  token?: string | undefined;
}
