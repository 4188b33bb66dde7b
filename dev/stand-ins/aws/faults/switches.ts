/** A resource or change set that CloudFormation fails on purpose. */
export interface PlannedFailure {
  /** A resource type, a logical id, or `change-set`. */
  readonly what: string;
  readonly stackName?: string;
  readonly operation?: 'create' | 'update' | 'delete';
  /** The number of failures before it succeeds. */
  readonly times: number;
  readonly message: string;
}

/** The switches of the rehearsal's AWS. The README of the AWS stand-in describes each. */
export interface Switches {
  /** Makes random choices repeatable as long as calls come in the same order. */
  readonly seed: number;
  /** How long CloudFormation takes: almost no time, or as long as AWS times `scale`. */
  readonly latency: 'instant' | 'realistic';
  readonly scale: number;
  /** Share of calls, 0 to 1, as are the next two. */
  readonly throttle: number;
  readonly serverErrors: number;
  readonly resets: number;
  /** The session of the signed call with this number ends. */
  readonly expireAfter: number | undefined;
  /** STS sessions are this factor of their requested duration. */
  readonly sessionScale: number;
  /** Denied actions, such as `cloudformation:CreateChangeSet` and `s3:*`. */
  readonly deny: readonly string[];
  readonly failures: readonly PlannedFailure[];
  /** How many reads of a stack after an execution still return it as it was before. */
  readonly staleReads: number;
  /** How long EKS does not know a new role yet, in milliseconds. */
  readonly iamDelayMs: number;
  /** How long an instance is pending before it takes interfaces, in milliseconds. */
  readonly pendingMs: number;
  /** How many spot instances EC2 launches in all. */
  readonly spotCapacity: number;
}

export const ALL_OFF: Switches = {
  seed: 1,
  latency: 'instant',
  scale: 1,
  throttle: 0,
  serverErrors: 0,
  resets: 0,
  expireAfter: undefined,
  sessionScale: 1,
  deny: [],
  failures: [],
  staleReads: 0,
  iamDelayMs: 0,
  pendingMs: 0,
  spotCapacity: Number.POSITIVE_INFINITY,
};

export const DEFAULT_FAILURE = 'The rehearsal was told to fail here';

/**
 * Parses `what[:times[:message]]`. Resource types contain colons, so `what` ends at the last `:` that a
 * number follows.
 */
export function parseFailure(text: string): PlannedFailure {
  const [, what = text, times = '1', message = DEFAULT_FAILURE] =
    text.match(/^(.+?)(?::(\d+)(?::(.*))?)?$/s) ?? [];
  return { what, times: Number(times), message };
}
