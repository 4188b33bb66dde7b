import { expect, it } from 'vitest';
import { duration, systemClock } from './clock.ts';

it('writes durations for people', () => {
  expect([440, 18_400, 59_600, 200_000].map(duration)).toEqual([
    '0.4 s',
    '18 s',
    '1 m 0 s',
    '3 m 20 s',
  ]);
});

it('sleeps on the system clock', async () => {
  const before = systemClock.now();
  await systemClock.sleep(20);
  expect(systemClock.now() - before).toBeGreaterThanOrEqual(15);
});
