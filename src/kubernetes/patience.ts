import type { Clock } from '../core/clock.ts';

/** How long requests may take, and who hears that they do. */
export interface RequestPatience {
  readonly clock: Clock;
  /** The time of the clock by which a request that begins now must have its answer, repetitions included. */
  deadline(): number;
  /** Told of each error after which a request is sent again. */
  onWait?(error: unknown): void;
}

/** What a request gets after the deadline, so that a run that is over can remove what it made and say what it knows. */
export const GRACE_MS = 2_000;

/** Patience until a time of the clock, and a little for each request that begins later. */
export function patientUntil(clock: Clock, deadline: number): RequestPatience {
  return { clock, deadline: () => Math.max(deadline, clock.now() + GRACE_MS) };
}

/** The same patience for each request, whenever it begins. */
export function patientFor(clock: Clock, ms: number): RequestPatience {
  return { clock, deadline: () => clock.now() + ms };
}
