import { setTimeout } from 'node:timers/promises';

/** Time as the engine sees it, in milliseconds; tests have their own. */
export interface Clock {
  now(): number;
  sleep(ms: number): Promise<void>;
}

export const systemClock: Clock = {
  now: Date.now,
  sleep: (ms) => setTimeout(ms),
};

const SHORTEST_MS = 500;
const LONGEST_MS = 15_000;

/**
 * How long to wait before asking again: a third of the time since there was last any news, so that busy
 * phases are followed closely and an EKS cluster's ten silent minutes cost few calls. Jittered by a
 * quarter either way, so that stacks that began together do not ask together.
 */
export function pollDelay(quietMs: number, random: () => number = Math.random): number {
  const delay = Math.min(Math.max(quietMs / 3, SHORTEST_MS), LONGEST_MS);
  return delay * (0.75 + random() / 2);
}

/** `0.4 s`, `18 s`, `3 m 20 s`: for people. */
export function duration(ms: number): string {
  if (ms < 9_950) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} m ${seconds % 60} s`;
}
