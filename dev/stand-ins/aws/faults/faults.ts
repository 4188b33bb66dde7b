import type { AwsCall } from '../gateway/aws-call.ts';
import { like } from '../identity/trust-policy.ts';
import type { Disturb, Disturbance } from './disturbance.ts';
import { denied, expired, serverError, throttled } from './fault-answers.ts';
import { isOwnCall, type Sessions } from './sessions.ts';
import type { Switches } from './switches.ts';

type FaultSwitches = Pick<
  Switches,
  'throttle' | 'serverErrors' | 'resets' | 'expireAfter' | 'deny'
>;

export const FAULT_KINDS = ['throttle', 'server-error', 'reset', 'expired', 'denied'] as const;
export type FaultKind = (typeof FAULT_KINDS)[number];
export type FaultCounts = Readonly<Record<FaultKind | 'calls', number>>;

export interface Faults {
  readonly disturb: Disturb;
  /** Numbers of calls from outside and of faults by kind. */
  counts(): FaultCounts;
}

/**
 * The faults of network and AWS that the switches ask for. They affect calls from outside: those of the
 * product and of what it deploys. The stand-in's own calls, and the presigned ones behind EKS tokens, are
 * spared.
 */
export function createFaults(
  switches: FaultSwitches,
  sessions: Sessions,
  random: () => number,
): Faults {
  const counts = { calls: 0, throttle: 0, 'server-error': 0, reset: 0, expired: 0, denied: 0 };
  let signed = 0;
  const note = (kind: FaultKind, what: Disturbance) => {
    counts[kind] += 1;
    return what;
  };
  const disturb: Disturb = (call) => {
    if (isOwnCall(call) || call.presigned) return undefined;
    counts.calls += 1;
    const { service, action, accessKey } = call;
    if (accessKey !== undefined) {
      signed += 1;
      if (signed === switches.expireAfter) sessions.end(accessKey);
      if (sessions.isOver(accessKey)) return note('expired', expired(service));
    }
    if (isDenied(switches.deny, call)) return note('denied', denied(service, action));
    const roll = random();
    const { throttle, serverErrors, resets } = switches;
    if (roll < throttle) return note('throttle', throttled(service));
    if (roll < throttle + serverErrors) {
      return note('server-error', serverError(service, random() < 0.5));
    }
    if (roll < throttle + serverErrors + resets) return note('reset', someReset(call, random));
    return undefined;
  };
  return { disturb, counts: () => ({ ...counts }) };
}

/**
 * Half of the resets happen after the call was served. S3 streams its responses, so it is always reset
 * before.
 */
function someReset({ service }: AwsCall, random: () => number): Disturbance {
  return random() < 0.5 || service === 's3' ? 'reset' : 'lost-answer';
}

/**
 * Whether a pattern matches the call's `service:Action` in the request log (`s3:PUT /bucket/key` for REST).
 * `*` matches any text.
 */
function isDenied(patterns: readonly string[], { service, action }: AwsCall): boolean {
  return patterns.some((pattern) => like(pattern, `${service}:${action}`));
}
