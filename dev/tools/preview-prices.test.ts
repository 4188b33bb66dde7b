import { expect, it } from 'vitest';
import { PRICES_AS_OF } from '../../src/provision/price/price-table.ts';
import { previewHours, SPOT_SAMPLE } from './preview-prices.ts';

const hours = new Map(previewHours().map((one) => [one.preview, one]));
const perHour = (preview: string) => hours.get(preview)?.perHour ?? Number.NaN;

it('an hour on a base with spot and arm64 costs at most five cents, by dated prices', () => {
  expect(perHour('on a base, spot, arm64')).toBeLessThanOrEqual(0.05);
  expect(hours.get('on a base, spot, arm64')).toMatchObject({
    node: `${SPOT_SAMPLE.instanceType}, spot, 20 GiB`,
    dates: [PRICES_AS_OF, SPOT_SAMPLE.day],
  });
});

it('each choice costs less than the one before, and each price is of a day', () => {
  const all = [...hours.values()].map((one) => one.perHour);
  expect(all).toHaveLength(4);
  expect(all).toEqual(all.toSorted((a, b) => b - a));
  for (const { dates } of hours.values()) {
    expect(dates.length).toBeGreaterThan(0);
    for (const day of dates) expect(day).toMatch(/^20\d\d-\d\d-\d\d$/);
  }
});
