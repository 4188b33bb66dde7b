import fc from 'fast-check';
import { expect, it } from 'vitest';
import { keepPlaces, parametersFor } from './change-set.ts';
import type { Stack } from './stack-api.ts';

it.each([
  ['', 'a,b', 'a,b'],
  ['a,b,c', 'a,b,c', 'a,b,c'],
  ['a,b,c', 'c,a,b', 'a,b,c'],
  ['a,b,c', 'a,c', 'a,,c'],
  ['a,,c', 'a,c,d', 'a,d,c'],
  ['a,b,c', 'a', 'a'],
  ['a', 'a,b', 'a,b'],
  ['a', '', ''],
])('%j becomes, for %j, %j', (before, wanted, expected) => {
  expect(keepPlaces(before, wanted)).toBe(expected);
});

it('has all wanted items, moves none, and is no longer than the longer list', () => {
  const lists = fc.uniqueArray(fc.constantFrom<string>('a', 'b', 'c', 'd', 'e', 'f'), {
    maxLength: 6,
  });
  fc.assert(
    fc.property(lists, lists, (before, wanted) => {
      const places = keepPlaces(before.join(), wanted.join()).split(',');
      expect(places.filter((item) => item !== '').sort()).toEqual([...wanted].sort());
      for (const [place, item] of places.entries()) {
        if (item !== '' && before.includes(item)) expect(before[place]).toBe(item);
      }
      expect(places.length).toBeLessThanOrEqual(Math.max(before.length, wanted.length, 1));
    }),
  );
});

it('keeps the places of items that have a parameter each', () => {
  const spec = {
    parameters: { Route1: 'c', Route2: 'a', Others: 'x' },
    keepPlaces: [['Route1', 'Route2', 'Route3']],
  };
  const before: Stack = {
    id: 'stack-1',
    name: 'lab',
    status: 'CREATE_COMPLETE',
    reason: undefined,
    outputs: {},
    parameters: { Route1: 'a', Route2: 'b' },
    lookedUp: {},
    tags: {},
    roleArn: undefined,
    createdAt: 0,
    terminationProtection: false,
  };
  expect(parametersFor(spec, before)).toEqual({
    Route1: 'a',
    Route2: 'c',
    Route3: '',
    Others: 'x',
  });
});
