import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { atMost, noted, percentile, renderMeasurements } from './measurement.ts';

describe('percentile', () => {
  it('is one of the values, and that share of the values does not exceed it', () => {
    const values = fc.array(fc.integer(), { minLength: 1 });
    fc.assert(
      fc.property(values, fc.double({ min: 0.01, max: 1, noNaN: true }), (all, share) => {
        const found = percentile(all, share);
        expect(all).toContain(found);
        expect(all.filter((value) => value <= found).length / all.length).toBeGreaterThanOrEqual(
          share - 1e-9,
        );
      }),
    );
  });

  it('needs values', () => {
    expect(() => percentile([], 0.5)).toThrow('no values');
  });
});

it('a target is met at the limit; without a target, a measurement always passes', () => {
  expect(atMost('lag', 2, 's', 2)).toMatchObject({ value: 2, ok: true });
  expect(atMost('lag', 2.004, 's', 2)).toMatchObject({ value: 2, ok: false });
  expect(atMost('share', 0.1034, 'times', 0.1)).toMatchObject({ value: 0.103, ok: false });
  expect(noted('calls', 7, 'calls')).toEqual({ name: 'calls', value: 7, unit: 'calls', ok: true });
});

it('the table marks missed targets', () => {
  const table = renderMeasurements([noted('calls', 7, 'calls'), atMost('lag', 3, 's', 2)]);
  expect(table).toMatch(/✔ {2}calls {2}7 calls\n✘ {2}lag {4}3 s {6}≤ 2 s\n\n1 of 2 missed/);
});
