import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { duration, pollDelay, systemClock } from './clock.ts';

describe('pollDelay', () => {
  it('is quick at first, slow after long silence, and always within bounds', () => {
    expect(pollDelay(0, () => 0.5)).toBe(500);
    expect(pollDelay(12_000, () => 0.5)).toBe(4_000);
    expect(pollDelay(3_600_000, () => 0.5)).toBe(15_000);
    fc.assert(
      fc.property(fc.nat(), fc.double({ min: 0, max: 1, noNaN: true }), (quiet, random) => {
        const delay = pollDelay(quiet, () => random);
        return delay >= 300 && delay <= 18_750;
      }),
    );
  });

  it('differs between callers', () => {
    expect(new Set(Array.from({ length: 20 }, () => pollDelay(60_000))).size).toBeGreaterThan(1);
  });
});

it('writes durations for people', () => {
  expect([440, 18_400, 59_600, 200_000].map(duration)).toEqual([
    '0.4 s',
    '18 s',
    '1 m 0 s',
    '3 m 20 s',
  ]);
});

it('the system clock really sleeps', async () => {
  const before = systemClock.now();
  await systemClock.sleep(20);
  expect(systemClock.now() - before).toBeGreaterThanOrEqual(15);
});
