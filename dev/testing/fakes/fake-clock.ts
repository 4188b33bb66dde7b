import type { Clock } from '../../../src/core/clock.ts';

/** A clock that starts at 0 and that only sleeping moves, at once. */
export function fakeClock(): Clock {
  let time = 0;
  return {
    now: () => time,
    sleep: async (ms) => {
      time += ms;
    },
  };
}
