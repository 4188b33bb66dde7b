import fc from 'fast-check';
import { expect, it } from 'vitest';
import { healthy } from '../testing/lab-pods.ts';
import { pairsOf } from './pairs.ts';

/** Two pods of each of two networks on each node. */
const podsOn = (nodes: number) =>
  healthy(
    Array.from({ length: nodes * 4 }, (_, index) => {
      const network = (index % 2) + 1;
      const address = `10.0.${2 + 2 * network}.${10 + Math.floor(index / 2)}`;
      return {
        name: `pod-${index}`,
        node: `node-${Math.floor(index / 4)}`,
        addresses: [{ network: `default/ipvlan-conf-${network}`, address }],
      };
    }),
  );

it('has every pair when they are few', () => {
  const pods = podsOn(2);
  expect(pairsOf(pods, { maxPairs: 56 })).toEqual(pairsOf(pods));
});

it('is deterministic, within the limit, a subset of all pairs, and has every pod as source and target', () => {
  const sizes = fc.record({
    nodes: fc.integer({ min: 2, max: 6 }),
    share: fc.double({ min: 0.2, max: 1, noNaN: true }),
  });
  fc.assert(
    fc.property(sizes, ({ nodes, share }) => {
      const pods = podsOn(nodes);
      const all = pairsOf(pods);
      const maxPairs = Math.max(pods.length * 4, Math.round(all.length * share));
      const sample = pairsOf(pods, { maxPairs });
      expect(sample.length).toBeLessThanOrEqual(maxPairs);
      expect(pairsOf(pods, { maxPairs })).toEqual(sample);
      const keys = new Set(all.map((pair) => JSON.stringify(pair)));
      for (const pair of sample) expect(keys).toContain(JSON.stringify(pair));
      for (const end of ['source', 'target'] as const) {
        expect(new Set(sample.map((pair) => pair[end].pod)).size).toBe(pods.length);
      }
      const kinds = (pairs: typeof all) =>
        new Set(pairs.map(({ expected, scope }) => `${expected} ${scope}`)).size;
      expect(kinds(sample)).toBe(kinds(all));
    }),
    { numRuns: 30 },
  );
});
