import type {
  ChangeSetStatus,
  ChangeSetType,
  ResourceStatus,
  StackResourceDriftStatus,
  StackStatus,
} from '@aws-sdk/client-cloudformation';

export interface Stack {
  /** The ARN. Unlike the name, it never refers to a later stack. */
  readonly id: string;
  readonly name: string;
  readonly status: StackStatus;
  readonly reason: string | undefined;
  readonly outputs: Readonly<Record<string, string>>;
  /** The values of the last deployment, as given: for an SSM parameter, the name of the parameter. */
  readonly parameters: Readonly<Record<string, string>>;
  /**
   * The values that CloudFormation looked up in SSM in the last deployment, by parameter. There, they may change
   * independently of the stack.
   */
  readonly lookedUp: Readonly<Record<string, string>>;
  readonly tags: Readonly<Record<string, string>>;
  readonly terminationProtection: boolean;
  /** The role that CloudFormation uses for the stack; undefined when it uses the session of each caller. */
  readonly roleArn: string | undefined;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
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
  /** Parameters of an existing stack that keep their current value. */
  readonly previous: readonly string[];
  readonly tags: Readonly<Record<string, string>>;
  readonly onFailure: OnFailure;
  /** Whether it also undoes what was changed outside CloudFormation; for existing stacks only. */
  readonly revertDrift: boolean;
  /** The role that CloudFormation assumes, now and in later operations; without one, it uses the caller's session. */
  readonly roleArn: string | undefined;
}

export interface Change {
  readonly action: string;
  readonly logicalId: string;
  readonly type: string;
  /** `True`, `False` or `Conditional` for a modification; `settleReplacements` says when CloudFormation's word is narrowed. */
  readonly replacement: string | undefined;
  /** How the resource differs from what CloudFormation made of it; only in change sets that revert drift. */
  readonly drift?: StackResourceDriftStatus | undefined;
  /** The causes of a modification; empty for added and removed resources. */
  readonly details: readonly ChangeDetail[];
}

/** One cause of a change to a resource. */
export interface ChangeDetail {
  /** The property, or the attribute (`Tags`, `Metadata`, …) where it is not a property. */
  readonly target: string;
  /** The parameter, resource or attribute that causes the change. */
  readonly cause: string | undefined;
  /** What the cause is: `ParameterReference`, `ResourceReference`, `ResourceAttribute`, `DirectModification` or `Automatic`. */
  readonly source?: string | undefined;
  /** `Static` when the new value is known, `Dynamic` when only the execution shows whether the value changes. */
  readonly evaluation?: string | undefined;
  /** Whether another value needs a new resource: `Always`, `Conditionally` or `Never`. */
  readonly recreation?: string | undefined;
  /** What CloudFormation made of the target, and what it is now, when somebody else changed it. */
  readonly drift?:
    | { readonly made: string | undefined; readonly now: string | undefined }
    | undefined;
}

/** A property that is invalid for its resource type, or the refusal of a hook of the account. */
export interface ChangeSetProblem {
  /** Empty when the whole change set is refused. */
  readonly logicalId: string;
  readonly type: string;
  /** `/Resources/Vpc/Properties/CidrBlock`, or the name of the hook. */
  readonly path: string;
  readonly reason: string;
}

export interface ChangeSet {
  readonly status: ChangeSetStatus;
  readonly reason: string | undefined;
  readonly changes: readonly Change[];
  /** Whether CloudFormation has compared the resources with what they really are. */
  readonly comparesReality: boolean;
}

/** The part of CloudFormation that the stack engine needs. Names may be stack names or stack ids. */
export interface StackApi {
  /** Undefined when there is no such stack. */
  describe(name: string): Promise<Stack | undefined>;
  /** All stacks, without deleted ones. */
  list(): Promise<readonly Stack[]>;
  createChangeSet(request: ChangeSetRequest): Promise<{ id: string; stackId: string }>;
  describeChangeSet(id: string): Promise<ChangeSet>;
  /** @param disableRollback whether a failed update leaves everything as it is; undefined for creations */
  executeChangeSet(id: string, disableRollback: boolean | undefined): Promise<void>;
  deleteChangeSet(id: string): Promise<void>;
  /** How many change sets a stack has, without those that are being deleted. */
  countChangeSets(stackId: string): Promise<number>;
  /**
   * Why early validation or a hook refused a change set. `not-allowed` when the role may not call DescribeEvents, or the
   * region does not have it.
   */
  changeSetProblems(id: string): Promise<readonly ChangeSetProblem[] | 'not-allowed'>;
  /** The template's text as it was given; undefined when CloudFormation does not have one. */
  template(stackId: string): Promise<string | undefined>;
  deleteStack(id: string): Promise<void>;
  protect(id: string, on: boolean): Promise<void>;
  continueRollback(id: string): Promise<void>;
  /** Rolls back an update that failed without rollback. */
  rollBack(id: string): Promise<void>;
  /** The resources that a stack has now, at most 100; empty when the role may not list them. */
  resources(id: string): Promise<readonly StackResource[]>;
  /** All events of a stack, newest first. Pages are read on demand. */
  events(id: string): AsyncIterable<StackEvent>;
}

/** A stack as it should be. */
export interface StackSpec {
  readonly name: string;
  readonly template: Template;
  /** A value for every parameter of the template, so that the inputs alone determine the stack. */
  readonly parameters: Readonly<Record<string, string>>;
  /** The parameters whose value an existing stack keeps. */
  readonly keep?: readonly string[];
  /** Parameters whose items keep their places in an existing stack: one with a list, or several with an item each. */
  readonly keepPlaces?: readonly (readonly string[])[];
  readonly tags: Readonly<Record<string, string>>;
  /**
   * Tags set at creation. An existing stack keeps its values and gets the missing ones. An undefined value keeps what is
   * there and adds nothing.
   */
  readonly creationTags: Readonly<Record<string, string | undefined>>;
  /** Tags that only a new stack gets. An existing stack keeps those that it has. */
  readonly firstTags?: Readonly<Record<string, string>>;
  readonly onFailure: OnFailure;
  /** Logical ids of the networks, clusters, keys and node groups that an update may replace or remove. */
  readonly allowReplacement: readonly string[];
  /** Whether an update also undoes what was changed outside CloudFormation. */
  readonly revertDrift: boolean;
  /** Undefined leaves the stack's own setting. */
  readonly terminationProtection: boolean | undefined;
  readonly roleArn: string | undefined;
  /** Part of the names of this run's change sets. */
  readonly runId: string;
}

export interface Template {
  /** Its path in the pack, for annotations: `cfn/infra.yaml`. */
  readonly file: string;
  /** As it is in the pack; `template-body.ts` makes what CloudFormation gets. */
  readonly text: string;
}
