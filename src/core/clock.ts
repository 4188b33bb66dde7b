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

/** `0.4 s`, `18 s`, `3 m 20 s`: for people. */
export function duration(ms: number): string {
  if (ms < 9_950) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} m ${seconds % 60} s`;
}
