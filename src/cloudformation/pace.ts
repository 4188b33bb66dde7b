import type { Clock } from './polling.ts';

/** How many calls may still be made. All operations of a run share one, so that quiet ones pay for busy ones. */
export interface CallBudget {
  /** Notes a call. */
  spend(): void;
  /** True while calls are left over. */
  hasMore(): boolean;
}

const CALLS_PER_MINUTE = 11;
/** Calls that a run may make ahead of its time, so that what ends at once is seen at once. */
const ADVANCE = 15;

/** A budget that grows with time on `clock`. */
export function callBudget(clock: Clock): CallBudget {
  const began = clock.now();
  let spent = 0;
  return {
    spend: () => {
      spent += 1;
    },
    hasMore: () => spent < ADVANCE + ((clock.now() - began) / 60_000) * CALLS_PER_MINUTE,
  };
}

const SHORTEST_MS = 500;
const QUICK_MS = 1_300;
const LONGEST_MS = 12_000;

/**
 * How long to wait before asking again about an operation: quick when it may end at any moment, as long as
 * the budget lasts; otherwise until then, and at the most a time after which people want to read something
 * new. Jittered by a tenth either way, so that stacks that began together do not ask together.
 *
 * @param ageMs for how long it has been going on: what takes no time at all is asked about sooner.
 */
export function followDelay(
  { ageMs, dueInMs, hasMore }: { ageMs: number; dueInMs: number; hasMore: boolean },
  random: () => number = Math.random,
): number {
  const quick = Math.min(Math.max(ageMs / 2, SHORTEST_MS), QUICK_MS);
  const soonest = hasMore ? quick : 60_000 / CALLS_PER_MINUTE;
  const delay = Math.min(Math.max(dueInMs, soonest), LONGEST_MS);
  return delay * (0.9 + random() / 5);
}
