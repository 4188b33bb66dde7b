import { isTransient } from './api-error.ts';

/** Time, so that waiting can be tested without waiting. Milliseconds. */
export interface Clock {
  now(): number;
  sleep(ms: number): Promise<void>;
}

export const systemClock: Clock = {
  now: Date.now,
  sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
};

export interface Patience {
  /** When to give up, in the clock's time. */
  readonly deadline: number;
  readonly clock: Clock;
  /** Pause between attempts; 2 seconds when not given. */
  readonly everyMs?: number;
}

/**
 * Repeats `attempt` until it gives a value. Gives undefined once the deadline has passed; at least one
 * attempt is made. Errors that may pass by themselves (a dropped connection, 429, 5xx) count as
 * "not yet", unless the deadline has passed; others are thrown at once.
 */
export async function until<T>(
  attempt: () => Promise<T | undefined>,
  { deadline, clock, everyMs = 2000 }: Patience,
): Promise<T | undefined> {
  for (;;) {
    try {
      const value = await attempt();
      if (value !== undefined) return value;
    } catch (error) {
      if (!isTransient(error) || clock.now() >= deadline) throw error;
    }
    if (clock.now() >= deadline) return undefined;
    await clock.sleep(Math.min(everyMs, Math.max(0, deadline - clock.now())));
  }
}
