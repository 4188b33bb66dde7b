import type { Stack } from '../../cloudformation/stack-api.ts';
import { HOUR_MS } from '../../core/clock.ts';
import { EXPIRY_TAG } from '../../environment/tags.ts';

/** So long GitHub's schedule has to destroy the environment, which leaves less behind. The example runs every three hours. */
const GRACE_MS = 4 * HOUR_MS;
/** So long the node groups have before the guard deletes the stack with their cluster and their network. */
const AFTER_GROUPS_MS = HOUR_MS;
/** So long a guard repeats a deletion that did not succeed. */
const PATIENCE_MS = 72 * HOUR_MS;

/** Stacks that a deploy makes together have tags that differ by seconds. A guard does not move for that. */
const ALIKE_MS = 60_000;

/** When a guard deletes its stack, as the parameters of `cfn/guard.yaml`. */
export interface GuardTimes {
  readonly From: string;
  readonly Until: string;
}

/**
 * When the guard of a stack deletes it. A guard is only ever moved to a later time, because only a renewal moves it. Pure.
 *
 * @param expiresAt when the environment expires, in milliseconds since 1970. A guard of one that has expired starts anew.
 * @param present the parameters of the guard that exists already
 */
export function guardTimes(
  { expiresAt, now, hasCluster }: GuardedUntil,
  present: Readonly<Record<string, string>> = {},
): GuardTimes {
  const wanted = Math.max(expiresAt, now) + GRACE_MS + (hasCluster ? AFTER_GROUPS_MS : 0);
  const before = timeOf(present['From']);
  const from = before !== undefined && before > wanted - ALIKE_MS ? before : wanted;
  return { From: textOf(from), Until: textOf(from + PATIENCE_MS) };
}

export interface GuardedUntil {
  readonly expiresAt: number;
  readonly now: number;
  /** Whether the stack has the cluster, without which its node groups cannot end well. */
  readonly hasCluster: boolean;
}

/** A time as EventBridge Scheduler writes it in `at(…)`: UTC, without a zone. */
function textOf(time: number): string {
  return new Date(time).toISOString().slice(0, 19);
}

function timeOf(text: string | undefined): number | undefined {
  const time = Date.parse(`${text}Z`);
  return Number.isNaN(time) ? undefined : time;
}

export interface Expiry {
  /** Hours from creation; 0 for never, undefined to leave the expiry as it is. */
  readonly ttlHours: number | undefined;
  /** A renewal that is later than the tag says. */
  readonly renewedTo: number | undefined;
  readonly now: number;
}

/**
 * When an environment expires after a deploy, in milliseconds since 1970; undefined for never. An environment keeps the tag
 * that it got when it was made. Pure.
 *
 * @param deciding the stack of the environment whose tags decide; undefined for a new environment
 */
export function expiryAfterDeploy(
  { ttlHours, renewedTo, now }: Expiry,
  deciding: Pick<Stack, 'tags'> | undefined,
): number | undefined {
  if (ttlHours === 0) return undefined;
  const tagged = Date.parse(deciding?.tags[EXPIRY_TAG] ?? '');
  const made = ttlHours === undefined ? Number.NaN : now + ttlHours * HOUR_MS;
  const expiry = Number.isNaN(tagged) ? made : tagged;
  return Number.isNaN(expiry) ? undefined : Math.max(expiry, renewedTo ?? expiry);
}
