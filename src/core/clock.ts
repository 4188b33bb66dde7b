import { setTimeout } from 'node:timers/promises';

export const HOUR_MS = 3_600_000;

/** Time in milliseconds. Tests have their own clocks. */
export interface Clock {
  now(): number;
  sleep(ms: number): Promise<void>;
}

export const systemClock: Clock = {
  now: Date.now,
  sleep: (ms) => setTimeout(ms),
};

/** How often `endBy` looks at the clock, in milliseconds of the machine. */
const LOOK_MS = 50;

/**
 * Does work that must end by a time of the clock. When that time comes first, aborts the signal and throws `late`.
 *
 * @param late makes the error
 */
export async function endBy<T>(
  clock: Clock,
  deadline: number,
  work: (over: AbortSignal) => Promise<T>,
  late: () => Error,
): Promise<T> {
  const over = new AbortController();
  const { promise, reject } = Promise.withResolvers<never>();
  const end = () => {
    if (clock.now() < deadline) return;
    reject(late());
    over.abort();
  };
  const looking = setInterval(end, LOOK_MS);
  try {
    return await Promise.race([work(over.signal), promise]);
  } finally {
    clearInterval(looking);
  }
}

/** A duration for people: `0.4 s`, `18 s`, `3 m 20 s`. */
export function duration(ms: number): string {
  if (ms < 9_950) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} m ${seconds % 60} s`;
}

/**
 * A time for people, to the minute: `2026-11-25 10:00 UTC`.
 *
 * @param time milliseconds since 1970, or an ISO 8601 text
 */
export function minuteOf(time: number | string): string {
  return `${new Date(time).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}
