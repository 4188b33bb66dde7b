import type { XmlValue } from '../gateway/query-protocol.ts';
import type { Tags } from './handlers/handler.ts';
import type { Template } from './language/template.ts';
import type { JsonObject, Value, Values } from './language/value.ts';

export type ResourceStatus =
  | `${'CREATE' | 'UPDATE' | 'DELETE'}_${'IN_PROGRESS' | 'COMPLETE' | 'FAILED'}`
  | 'DELETE_SKIPPED';

export type StackStatus =
  | 'REVIEW_IN_PROGRESS'
  | `${'CREATE' | 'ROLLBACK' | 'DELETE' | 'UPDATE' | 'UPDATE_ROLLBACK'}_${'IN_PROGRESS' | 'COMPLETE' | 'FAILED'}`
  | `${'UPDATE' | 'UPDATE_ROLLBACK'}_COMPLETE_CLEANUP_IN_PROGRESS`
  | ImportStatus;

/**
 * Imports are not simulated. A stack has these statuses only when a test forces them
 * (`testing/force-status.ts`).
 */
export type ImportStatus =
  | `IMPORT_${'IN_PROGRESS' | 'COMPLETE'}`
  | `IMPORT_ROLLBACK_${'IN_PROGRESS' | 'COMPLETE' | 'FAILED'}`;

/** A resource of a stack, as it was last created or changed. */
export interface StackResource {
  readonly logicalId: string;
  readonly type: string;
  physicalId: string;
  properties: Values;
  attributes: Values;
  tags: Tags;
  /** Sections of the declaration beside its properties (`Metadata`, `UpdatePolicy`, …). */
  others: JsonObject;
  dependsOn: readonly string[];
  deletionPolicy: string;
  updateReplacePolicy: string;
  status: ResourceStatus;
  statusReason: string | undefined;
  updatedAt: Date;
}

/** A fully evaluated declaration of a resource. */
export interface Desired {
  readonly logicalId: string;
  readonly type: string;
  readonly properties: Values;
  readonly tags: Tags;
  readonly others: JsonObject;
  readonly dependsOn: readonly string[];
  readonly deletionPolicy: string;
  readonly updateReplacePolicy: string;
}

/** A change of a resource, with what is needed to undo it. */
export type Undo =
  | { readonly kind: 'created'; readonly resource: StackResource }
  | { readonly kind: 'updated'; readonly resource: StackResource; readonly before: Desired }
  | { readonly kind: 'replaced'; readonly resource: StackResource; readonly before: StackResource };

export interface StackEvent {
  readonly id: string;
  readonly operation: Operation;
  readonly logicalId: string;
  readonly physicalId: string;
  readonly type: string;
  readonly status: string;
  readonly reason: string | undefined;
  readonly properties: Values | undefined;
  readonly at: Date;
}

/** One execution of a change set, rollback or deletion, which `DescribeEvents` calls an operation. */
export interface Operation {
  readonly id: string;
  readonly type:
    | 'CREATE_STACK'
    | 'UPDATE_STACK'
    | 'DELETE_STACK'
    | 'CONTINUE_ROLLBACK'
    | 'ROLLBACK'
    | 'CREATE_CHANGESET';
  /** For the rollback of a failed operation: what that was. */
  readonly of?: Operation['type'];
  readonly token: string | undefined;
  readonly startedAt: Date;
  endedAt?: Date;
}

export interface Output {
  readonly key: string;
  readonly value: string;
  readonly description?: string;
  readonly exportName?: string;
}

/** A template with the parameters of its deployment. */
export interface Deployment {
  readonly body: string;
  readonly template: Template;
  /** The template with its conditions applied. */
  readonly live: Template;
  /** Parameter values as texts, including previous values and defaults. */
  readonly texts: Readonly<Record<string, string>>;
  /** The resolved values of SSM parameters. */
  readonly resolved: Readonly<Record<string, string>>;
  readonly values: Readonly<Record<string, Value>>;
  readonly tags: Tags;
  readonly capabilities: readonly string[];
  readonly notificationArns: readonly string[];
  readonly roleArn: string | undefined;
}

export interface Stack {
  readonly id: string;
  readonly name: string;
  readonly region: string;
  readonly createdAt: Date;
  updatedAt?: Date;
  deletedAt?: Date;
  status: StackStatus;
  statusReason: string | undefined;
  /** Undefined until the first change set is executed. */
  deployed: Deployment | undefined;
  changeSetId?: string;
  readonly resources: Map<string, StackResource>;
  outputs: readonly Output[];
  imports: ReadonlySet<string>;
  readonly events: StackEvent[];
  readonly operations: Operation[];
  terminationProtection: boolean;
  disableRollback: boolean;
  /** What a failed rollback has not undone. ContinueUpdateRollback continues with it. */
  unfinished?: { readonly undos: readonly Undo[]; readonly leftovers: readonly StackResource[] };
  /** Failed updates without rollback: what RollbackStack undoes, newest first, and what it goes back to. */
  failedUpdates?: { readonly undos: readonly Undo[]; readonly stable: Deployment | undefined };
  /** How the stack looked before its last execution, and how many more reads still show that. */
  stale?: { readonly shape: XmlValue; reads: number };
  /** The operation in progress: how to cancel it, and when it has ended. */
  running?: { readonly abort: AbortController; readonly ended: Promise<void> };
}

/** Whether a resource exists or may exist, so that it would have to be deleted. */
export function isPresent(resource: StackResource): boolean {
  return resource.physicalId !== '' && !/^DELETE_(COMPLETE|SKIPPED)$/.test(resource.status);
}

export function isDeleted(stack: Stack): boolean {
  return stack.status === 'DELETE_COMPLETE';
}

export function isBusy(stack: Stack): boolean {
  return stack.status.endsWith('_IN_PROGRESS') && stack.status !== 'REVIEW_IN_PROGRESS';
}
