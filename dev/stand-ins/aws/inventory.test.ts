import fc from 'fast-check';
import { expect, it } from 'vitest';
import { leftovers } from './inventory.ts';

const anyInventory = fc.dictionary(
  fc.constantFrom('vpcs', 'roles', 'buckets', 'stacks'),
  fc.nat(9),
);

it('finds exactly what was added', () => {
  fc.assert(
    fc.property(anyInventory, anyInventory, (before, added) => {
      expect(leftovers(before, before)).toEqual({});
      const kinds = Object.keys({ ...before, ...added });
      const after = Object.fromEntries(kinds.map((k) => [k, (before[k] ?? 0) + (added[k] ?? 0)]));
      const more = Object.fromEntries(Object.entries(added).filter(([, n]) => n > 0));
      expect(leftovers(before, after)).toEqual(more);
    }),
  );
});

it('does not count what was removed', () => {
  expect(leftovers({ vpcs: 2 }, { vpcs: 1 })).toEqual({});
});
