import fc from 'fast-check';
import { expect, it } from 'vitest';
import { isOpen, parseWindow, windowField } from './maintenance-window.ts';

/** Whether a window is open at a time of the week that begins on Sunday, 22 November 2026. */
function open(window: string, day: number, time: string): boolean {
  return isOpen(parseWindow(window), Date.parse(`2026-11-${22 + day}T${time}Z`));
}

it.each([
  ['Sun 02:00-05:00 UTC', 0, '02:00:00', true],
  ['Sun 02:00-05:00 UTC', 0, '04:59:59', true],
  ['Sun 02:00-05:00 UTC', 0, '05:00:00', false],
  ['Sun 02:00-05:00 UTC', 0, '01:59:59', false],
  ['Sun 02:00-05:00 UTC', 1, '03:00:00', false],
  ['02:00-05:00 UTC', 3, '03:00:00', true],
  ['Sat,Sun 22:00-02:00 UTC', 6, '23:00:00', true],
  ['Sat,Sun 22:00-02:00 UTC', 0, '01:00:00', true],
  ['Sat,Sun 22:00-02:00 UTC', 1, '01:59:00', true],
  ['Sat,Sun 22:00-02:00 UTC', 1, '02:00:00', false],
  ['Sat,Sun 22:00-02:00 UTC', 6, '01:00:00', false],
  ['always', 2, '12:34:56', true],
])('%s, on day %i at %s: %s', (window, day, time, expected) => {
  expect(windowField().parse(window)).toBe(window);
  expect(open(window, day, time)).toBe(expected);
});

it('is open for as long as it says, on each of its days', () => {
  const minute = fc.integer({ min: 0, max: 1439 });
  const name = fc.constantFrom('Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat');
  const days = fc.uniqueArray(name, { minLength: 1 });
  fc.assert(
    fc.property(minute, minute, days, (from, to, names) => {
      fc.pre(from !== to);
      const window = parseWindow(`${names.join()} ${clock(from)}-${clock(to)} UTC`);
      const week = Array.from({ length: 7 * 1440 }, (_, passed) => passed * 60_000);
      const minutes = week.filter((time) => isOpen(window, time)).length;
      expect(minutes).toBe(names.length * ((to - from + 1440) % 1440));
    }),
    { numRuns: 30 },
  );
});

function clock(minute: number): string {
  const two = (number: number) => String(number).padStart(2, '0');
  return `${two(Math.floor(minute / 60))}:${two(minute % 60)}`;
}
