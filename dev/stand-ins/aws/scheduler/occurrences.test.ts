import fc from 'fast-check';
import { expect, it } from 'vitest';
import { occurrences, readRecurrence } from './occurrences.ts';

const HOUR_MS = 3_600_000;

it.each([
  'rate(1 hours)',
  'rate(6 hour)',
  'rate(0 hours)',
  'at(tomorrow)',
  'cron(0 * * * ? *)',
  '',
])('refuses %s', (expression) => {
  expect(() => readRecurrence(expression)).toThrow('Invalid Schedule Expression');
});

it('invokes once at a time, and never again', () => {
  const once = readRecurrence('at(2026-11-30T12:00:00)');
  const at = Date.parse('2026-11-30T12:00:00Z');
  const period = { start: 0, end: undefined };
  expect(occurrences(once, period, at - 1, at)).toEqual([at]);
  expect(occurrences(once, period, at, at + HOUR_MS)).toEqual([]);
});

it('invokes at the start and in each interval after it, until the end', () => {
  const rate = readRecurrence('rate(6 hours)');
  const period = { start: 10 * HOUR_MS, end: 23 * HOUR_MS };
  const found = occurrences(rate, period, 0, 100 * HOUR_MS).map((time) => time / HOUR_MS);
  expect(found).toEqual([10, 16, 22]);
});

it('invokes the same times, however often it looks', () => {
  const rate = readRecurrence('rate(7 minutes)');
  const times = fc.array(fc.integer({ min: 0, max: HOUR_MS }), { minLength: 1, maxLength: 9 });
  fc.assert(
    fc.property(times, fc.integer({ min: 0, max: HOUR_MS }), (looks, start) => {
      const period = { start, end: undefined };
      const sorted = [-1, ...looks.toSorted((one, other) => one - other)];
      const pieces = sorted
        .slice(1)
        .flatMap((until, index) => occurrences(rate, period, sorted[index] ?? 0, until));
      expect(pieces).toEqual(occurrences(rate, period, -1, sorted.at(-1) ?? 0));
    }),
  );
});
