import type {
  ChangeSetStatus,
  ChangeSetType,
  ResourceStatus,
  StackStatus,
} from '@aws-sdk/client-cloudformation';

export interface Stack {
  /** The ARN: the one name that a later stack of the same name does not take over. */
  readonly id: string;
  readonly name: string;
  readonly status: StackStatus;
  readonly reason: string | undefined;
  readonly outputs: Readonly<Record<string, string>>;
  readonly tags: Readonly<Record<string, string>>;
}

export interface StackEvent {
  readonly id: string;
  readonly time: Date;
  readonly logicalId: string;
  readonly type: string;
  /** A resource's status or, on the stack's own events, the stack's. */
  readonly status: ResourceStatus | StackStatus;
  readonly reason: string | undefined;
  /** True for the events of the stack itself. */
  readonly ofStack: boolean;
}

export interface ChangeSetRequest {
  readonly stackName: string;
  readonly name: string;
  readonly type: ChangeSetType;
  readonly templateUrl: string;
  readonly parameters: Readonly<Record<string, string>>;
  readonly tags: Readonly<Record<string, string>>;
}

export interface Change {
  readonly action: string;
  readonly logicalId: string;
  readonly type: string;
  /** `True`, `False` or `Conditional` for a modification. */
  readonly replacement: string | undefined;
}

export interface ChangeSet {
  readonly status: ChangeSetStatus;
  readonly reason: string | undefined;
  readonly changes: readonly Change[];
}

/** The part of CloudFormation that the stack engine needs. Names may be stack names or stack ids. */
export interface StackApi {
  /** Undefined when there is no such stack. */
  describe(name: string): Promise<Stack | undefined>;
  /** All stacks that exist; deleted ones are not among them. */
  list(): Promise<readonly Stack[]>;
  createChangeSet(request: ChangeSetRequest): Promise<{ id: string; stackId: string }>;
  describeChangeSet(id: string): Promise<ChangeSet>;
  executeChangeSet(id: string): Promise<void>;
  deleteChangeSet(id: string): Promise<void>;
  deleteStack(id: string): Promise<void>;
  continueRollback(id: string): Promise<void>;
  /** Newest first, page by page as far as the reader reads. */
  events(id: string): AsyncIterable<StackEvent>;
}
