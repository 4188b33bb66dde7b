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
