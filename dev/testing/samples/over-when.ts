import { type Clock, systemClock } from '../../../src/core/clock.ts';

const A_DAY_MS = 24 * 3_600_000;

/** A clock that stands until a log has a line with these words: then all time that anybody was given is over. */
export function overWhen({ lines }: { readonly lines: readonly string[] }, words: string): Clock {
  return {
    now: () => (lines.some((line) => line.includes(words)) ? A_DAY_MS : 0),
    sleep: (ms) => systemClock.sleep(Math.min(ms, 100)),
  };
}
