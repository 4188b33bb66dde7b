import fc from 'fast-check';
import { expect, test } from 'vitest';
import { pageOf } from './paging.ts';

test('the pages together contain the whole list', () => {
  fc.assert(
    fc.property(fc.array(fc.integer()), fc.integer({ min: 1, max: 7 }), (items, size) => {
      const seen: number[] = [];
      let token: string | undefined;
      do {
        const page = pageOf(items, token === undefined ? {} : { NextToken: token }, size);
        expect(page.items.length).toBeLessThanOrEqual(size);
        seen.push(...page.items);
        token = page.next;
      } while (token !== undefined);
      expect(seen).toEqual(items);
    }),
  );
});

test('an unknown token is refused', () => {
  expect(() => pageOf([1], { NextToken: 'x' }, 1)).toThrow('Invalid token');
});
