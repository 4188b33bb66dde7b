import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '../../../src/core/clock.ts';

export interface FastClock extends Clock {
  /** When something happened, on this clock. */
  at(time: Date): number;
}

/** A clock that goes `speed` times as fast as the machine's: a wait of 10 seconds on it takes 10 / `speed`. */
export function fastClock(speed: number): FastClock {
  const began = Date.now();
  const at = (milliseconds: number) => began + (milliseconds - began) * speed;
  return {
    now: () => at(Date.now()),
    sleep: (ms) => sleep(ms / speed),
    at: (time) => at(time.getTime()),
  };
}

/** How often the clock moves on, and how much of that counts at most, in milliseconds of the machine. */
const TICK_MS = 10;
const COUNTED_MS = 15;

export interface PatientClock extends Clock {
  stop(): void;
}

/**
 * A clock that goes up to `speed` times as fast as the machine's, and stands still while this process waits for a processor:
 * servers and clients in it, and the programs beside it, then make no progress either. So what takes a second of work
 * takes about as long on this clock on a busy machine as on a quiet one.
 */
export function patientClock(speed: number): PatientClock {
  let time = Date.now();
  let ticked = performance.now();
  const ticking = setInterval(() => {
    const now = performance.now();
    time += Math.min(now - ticked, COUNTED_MS) * speed;
    ticked = now;
  }, TICK_MS);
  const now = () => time;
  return {
    now,
    async sleep(ms) {
      const end = time + ms;
      while (time < end) await sleep(Math.max(1, (end - time) / speed));
    },
    stop: () => clearInterval(ticking),
  };
}
