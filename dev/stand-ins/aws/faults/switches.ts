/** A resource, or a change set, that CloudFormation fails on purpose. */
export interface PlannedFailure {
  /** A resource type, a logical id, or `change-set`. */
  readonly what: string;
  readonly stackName?: string;
  readonly operation?: 'create' | 'update' | 'delete';
  /** How many times; after that it works. */
  readonly times: number;
  readonly message: string;
}

/** What can be switched about the rehearsal's AWS; the README beside this file says more about each. */
export interface Switches {
  /** Repeats what is left to chance, as far as calls come in the same order. */
  readonly seed: number;
  /** How long CloudFormation takes: next to nothing, or as long as AWS does, times `scale`. */
  readonly latency: 'instant' | 'realistic';
  readonly scale: number;
  /** Shares of calls, 0 to 1. */
  readonly throttle: number;
  readonly serverErrors: number;
  readonly resets: number;
  /** At this signed call from outside, the session that it belongs to ends. */
  readonly expireAfter: number | undefined;
  /** STS sessions are shorter than asked for by this factor. */
  readonly sessionScale: number;
  /** Refused actions, `cloudformation:CreateChangeSet`, `s3:*`. */
  readonly deny: readonly string[];
  readonly failures: readonly PlannedFailure[];
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
};

export const DEFAULT_FAILURE = 'The rehearsal was told to fail here';

/**
 * Reads `what[:times[:message]]`. Colons are part of resource types, so `what` ends at the last `:` that a
 * number follows.
 */
export function parseFailure(text: string): PlannedFailure {
  const [, what = text, times = '1', message = DEFAULT_FAILURE] =
    text.match(/^(.+?)(?::(\d+)(?::(.*))?)?$/s) ?? [];
  return { what, times: Number(times), message };
}
