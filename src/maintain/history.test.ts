import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  newHistory,
  type Result,
  readHistory,
  shortened,
  troubleOf,
  withResult,
} from './history.ts';

const EMPTY = newHistory('lab', 'ap-northeast-2');
const atHour = (hour: number) => new Date(hour * 3_600_000).toISOString();

/** The result of the run at an hour, in which these things fail. */
function result(hour: number, ...failing: readonly string[]): Result {
  return {
    at: atHour(hour),
    run: `https://github.com/acme/lab/actions/runs/${hour}`,
    well: failing.length === 0,
    checks: { passed: 9, failed: failing.length },
    failures: failing.map((what) => ({ what, seen: 'seen', advice: '' })),
    daysBehind: null,
  };
}

function historyOf(...results: readonly Result[]) {
  return results.reduce(withResult, EMPTY);
}

describe('trouble', () => {
  it('is none while the environment is well, or nobody has looked', () => {
    expect(troubleOf(EMPTY)).toBeUndefined();
    expect(troubleOf(historyOf(result(1, 'a'), result(2)))).toBeUndefined();
  });

  it('begins after the last good result, and each failure when it came', () => {
    const trouble = troubleOf(
      historyOf(result(1, 'b'), result(2), result(3, 'a'), result(4, 'a', 'b'), result(5, 'b')),
    );
    expect(trouble?.first.at).toBe(atHour(3));
    expect(trouble?.lastWell?.at).toBe(atHour(2));
    expect(trouble?.failures.map(({ since, what }) => [what, since])).toEqual([['b', atHour(4)]]);
    expect(trouble).toMatchObject({ added: [], gone: ['a'] });
  });

  it('has no good result before it where nobody remembers one', () => {
    const trouble = troubleOf(historyOf(result(1, 'a'), result(2, 'a')));
    expect(trouble).toMatchObject({ first: { at: atHour(1) }, lastWell: undefined, added: [] });
  });

  it('holds for any history: since the first bad result, and each failure in every result since', () => {
    const failing = fc.uniqueArray(fc.constantFrom('a', 'b', 'c'));
    fc.assert(
      fc.property(fc.array(failing, { minLength: 1, maxLength: 30 }), (runs) => {
        const results = runs.map((names, hour) => result(hour, ...names));
        const trouble = troubleOf(historyOf(...results));
        expect(trouble === undefined).toBe(runs.at(-1)?.length === 0);
        if (trouble === undefined) return;
        const bad = results.slice(results.findIndex(({ at }) => at === trouble.first.at));
        expect(bad.every(({ well }) => !well)).toBe(true);
        for (const { since, what } of trouble.failures) {
          const lasting = results.filter(({ at }) => at >= since);
          expect(lasting.every(({ failures }) => failures.some((one) => one.what === what))).toBe(
            true,
          );
        }
      }),
    );
  });
});

describe('a kept history', () => {
  it('is read again as it was written, and has the last hundred results', () => {
    const all = Array.from({ length: 130 }, (_, hour) => result(hour));
    const history = historyOf(...all);
    expect(readHistory(JSON.stringify(history), EMPTY)).toEqual(history);
    expect(history.results.map(({ at }) => at)).toEqual(all.slice(30).map(({ at }) => at));
  });

  it.each([
    ['no JSON', 'Not Found'],
    ['JSON of something else', '{"schema":1}'],
    ['of another environment', JSON.stringify({ ...EMPTY, environment: 'other' })],
    ['of another region', JSON.stringify({ ...EMPTY, region: 'us-east-1' })],
    [
      'with an address that is none',
      JSON.stringify(historyOf({ ...result(1), run: 'javascript:x' })),
    ],
    ['with a failure that is too long', JSON.stringify(historyOf(result(1, 'a'.repeat(500))))],
  ])('%s is not believed', (_, text) => {
    expect(readHistory(text, EMPTY)).toBeUndefined();
  });
});

it('keeps texts short', () => {
  fc.assert(fc.property(fc.string({ maxLength: 900 }), (text) => shortened(text).length <= 401));
  expect(shortened('short')).toBe('short');
});
