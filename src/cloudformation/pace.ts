import type { Clock } from './polling.ts';

/** How many calls to AWS a run may still make: those that others need are not there for asking how stacks are. */
export interface CallBudget {
  /** Notes a call. */
  spend(): void;
  /** True while a call more keeps the run within its budget. */
  hasMore(): boolean;
}

const CALLS_PER_MINUTE = 9;
/** With how many calls a run may begin, whatever time they take, so that what ends at once is seen at once. */
const FIRST_CALLS = 20;

/** A budget that grows with time on `clock`. */
export function callBudget(clock: Clock): CallBudget {
  const began = clock.now();
  let spent = 0;
  return {
    spend: () => {
      spent += 1;
    },
    hasMore: () => {
      const minutes = (clock.now() - began) / 60_000;
      return spent < FIRST_CALLS + minutes * CALLS_PER_MINUTE;
    },
  };
}

const SHORTEST_MS = 500;
const QUICK_MS = 1_600;
const LONGEST_MS = 15_000;

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
