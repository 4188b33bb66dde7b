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
  /** What it was last deployed with, as given: for an SSM parameter the parameter's name. */
  readonly parameters: Readonly<Record<string, string>>;
  /** True when a parameter's value is looked up in SSM, so that it may change without the stack changing. */
  readonly looksUpParameters: boolean;
  readonly tags: Readonly<Record<string, string>>;
  readonly terminationProtection: boolean;
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

export interface StackResource {
  readonly logicalId: string;
  readonly type: string;
}

/** What CloudFormation does with a stack when an operation on it fails. */
export type OnFailure = 'rollback' | 'keep' | 'delete';

export interface ChangeSetRequest {
  readonly stackName: string;
  readonly name: string;
  readonly type: ChangeSetType;
  /** The template's text, at most 51,200 bytes. */
  readonly template: string;
  readonly parameters: Readonly<Record<string, string>>;
  /** Parameters of an existing stack that keep the value that it has, whatever that is. */
  readonly previous: readonly string[];
  readonly tags: Readonly<Record<string, string>>;
  readonly onFailure: OnFailure;
  /** The role that CloudFormation works with, now and in later operations; else it uses the caller's session. */
  readonly roleArn: string | undefined;
}

export interface Change {
  readonly action: string;
  readonly logicalId: string;
  readonly type: string;
  /** `True`, `False` or `Conditional` for a modification. */
  readonly replacement: string | undefined;
  /** Why a modification is one; empty for what is added or removed. */
  readonly details: readonly ChangeDetail[];
}

/** One reason for which a resource changes. */
export interface ChangeDetail {
  /** The property, or the attribute (`Tags`, `Metadata`, …) where it is not a property. */
  readonly target: string;
  /** The parameter, resource or attribute of a resource that it follows from. */
  readonly cause: string | undefined;
}

/** A property that does not fit its resource type. */
export interface ChangeSetProblem {
  readonly logicalId: string;
  readonly type: string;
  /** `/Resources/Vpc/Properties/CidrBlock`. */
  readonly path: string;
  readonly reason: string;
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
  /** How many change sets a stack has. */
  countChangeSets(stackId: string): Promise<number>;
  /**
   * What early validation found wrong; empty when it found nothing. `not-allowed` where the role, or the
   * region, does not have DescribeEvents.
   */
  changeSetProblems(id: string): Promise<readonly ChangeSetProblem[] | 'not-allowed'>;
  /** The template's text as it was given; undefined when CloudFormation does not have one. */
  template(stackId: string): Promise<string | undefined>;
  deleteStack(id: string): Promise<void>;
  protect(id: string, on: boolean): Promise<void>;
  continueRollback(id: string): Promise<void>;
  /** What a stack has now; empty where the role may not ask. At most the first hundred. */
  resources(id: string): Promise<readonly StackResource[]>;
  /** What happens to a stack, newest first, page by page as far as the reader reads: at least its last operation. */
  events(id: string): AsyncIterable<StackEvent>;
  /** All that ever happened to a stack, newest first. */
  history(id: string): AsyncIterable<StackEvent>;
}

/** A stack as it should be. */
export interface StackSpec {
  readonly name: string;
  readonly template: Template;
  /** A value for every parameter of the template, so that what a stack is follows from the inputs alone. */
  readonly parameters: Readonly<Record<string, string>>;
  /** Except these: an existing stack keeps the value that it has. */
  readonly keep?: readonly string[];
  /** List parameters whose items keep their places in an existing stack. */
  readonly keepPlaces?: readonly string[];
  readonly tags: Readonly<Record<string, string>>;
  /**
   * Tags that say how the stack came to be: an existing stack keeps the values that it has, and gets those that
   * it lacks. Undefined keeps what is there and gives nothing.
   */
  readonly creationTags: Readonly<Record<string, string | undefined>>;
  readonly onFailure: OnFailure;
  /** Undefined leaves the stack's own setting. */
  readonly terminationProtection: boolean | undefined;
  readonly roleArn: string | undefined;
  /** Makes change sets of one run recognisable. */
  readonly runId: string;
}

export interface Template {
  /** Its path in the pack, for annotations: `cfn/infra.yaml`. */
  readonly file: string;
  /** At most 51,200 bytes: what a request may carry. */
  readonly text: string;
}
