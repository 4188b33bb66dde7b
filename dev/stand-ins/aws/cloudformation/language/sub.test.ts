import fc from 'fast-check';
import { expect, test } from 'vitest';
import { subParts } from './sub.ts';

test('names, literals and everything between', () => {
  expect(subParts('a ${B} ${!C} $D ${E.F}')).toEqual([
    { literal: 'a ' },
    { name: 'B' },
    { literal: ' ' },
    { literal: '${C}' },
    { literal: ' $D ' },
    { name: 'E.F' },
    { literal: '' },
  ]);
});

test('a text without places is itself', () => {
  fc.assert(
    fc.property(
      fc.string().filter((text) => !text.includes('${')),
      (text) => {
        expect(subParts(text)).toEqual([{ literal: text }]);
      },
    ),
  );
});

test('what a shell would expand has to be escaped', () => {
  expect(() => subParts('echo ${name:-none}')).toThrow('variable names in Fn::Sub syntax');
  expect(() => subParts('echo ${names[$1]}')).toThrow('variable names in Fn::Sub syntax');
  expect(subParts('echo ${!name:-none} $name')).toContainEqual({ literal: '${name:-none}' });
});
