import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fakeClock } from '../../dev/testing/fakes/fake-clock.ts';
import { callBudget, followDelay, pollDelay } from './polling.ts';

const half = () => 0.5;

describe('pollDelay', () => {
  it('is short at first, long after a long silence, and always within bounds', () => {
    expect(pollDelay(0, () => 0.5)).toBe(500);
    expect(pollDelay(12_000, () => 0.5)).toBe(4_000);
    expect(pollDelay(3_600_000, () => 0.5)).toBe(20_000);
    fc.assert(
      fc.property(fc.nat(), fc.double({ min: 0, max: 1, noNaN: true }), (quiet, random) => {
        const delay = pollDelay(quiet, () => random);
        return delay >= 300 && delay <= 25_000;
      }),
    );
  });

  it('differs between callers', () => {
    expect(new Set(Array.from({ length: 20 }, () => pollDelay(60_000))).size).toBeGreaterThan(1);
  });
});

describe('followDelay', () => {
  it('is shorter the sooner an operation can end', () => {
    const delay = (ageMs: number, leastRemainingMs: number, hasMore = true) =>
      followDelay({ ageMs, leastRemainingMs, hasMore }, half);
    expect(delay(0, 0)).toBe(500);
    expect(delay(60_000, 0)).toBe(1_600);
    expect(delay(60_000, 4_000)).toBe(4_000);
    expect(delay(60_000, 300_000)).toBe(20_000);
    expect(delay(60_000, 0, false)).toBe(8_000);
  });

  it('polls a young operation soon, because it may fail early', () => {
    const delay = (ageMs: number, hasMore = true) =>
      followDelay({ ageMs, leastRemainingMs: 300_000, hasMore }, half);
    expect(delay(0)).toBe(500);
    expect(delay(3_000)).toBe(3_000);
    expect(delay(15_000)).toBe(15_000);
    expect(delay(0, false)).toBe(8_000);
  });

  const unit = fc.double({ min: 0, max: 1, noNaN: true });

  it('never exceeds the age of an operation by more than the shortest polls do', () => {
    const anySituation = fc.record({ ageMs: fc.nat(), leastRemainingMs: fc.nat() });
    fc.assert(
      fc.property(anySituation, unit, (situation, random) => {
        const delay = followDelay({ ...situation, hasMore: true }, () => random);
        return delay <= Math.max(situation.ageMs, 500) * 1.1 + 1e-6;
      }),
    );
  });

  it('needs few polls until the longest delay is reached, and does not grow shorter with age', () => {
    const before15 = (random: number) => {
      let polls = 0;
      for (let ageMs = 0; ageMs < 20_000; polls += 1) {
        ageMs += followDelay({ ageMs, leastRemainingMs: 400_000, hasMore: true }, () => random);
      }
      return polls;
    };
    fc.assert(fc.property(unit, (random) => before15(random) <= 7));
    fc.assert(
      fc.property(fc.nat(), fc.nat(), fc.nat(), fc.boolean(), (ageMs, more, rest, hasMore) => {
        const at = (age: number) =>
          followDelay({ ageMs: age, leastRemainingMs: rest, hasMore }, half);
        return at(ageMs + more) >= at(ageMs);
      }),
    );
  });

  it('is always within bounds, and differs between callers', () => {
    fc.assert(
      fc.property(
        fc.nat(),
        fc.nat(),
        fc.boolean(),
        unit,
        (ageMs, leastRemainingMs, hasMore, random) => {
          const delay = followDelay({ ageMs, leastRemainingMs, hasMore }, () => random);
          return delay > 449 && delay < 22_001;
        },
      ),
    );
    const some = Array.from({ length: 20 }, () =>
      followDelay({ ageMs: 9_000, leastRemainingMs: 0, hasMore: true }),
    );
    expect(new Set(some).size).toBeGreaterThan(1);
  });
});

it('a polling budget allows some calls at once, and then grows with time', async () => {
  const clock = fakeClock();
  const budget = callBudget(clock);
  let calls = 0;
  const spendAll = () => {
    for (; budget.hasMore(); calls += 1) budget.spend();
    return calls;
  };
  expect(spendAll()).toBe(20);
  await clock.sleep(60_000);
  expect(spendAll()).toBe(28);
  await clock.sleep(120_000);
  expect(spendAll()).toBe(43);
});
