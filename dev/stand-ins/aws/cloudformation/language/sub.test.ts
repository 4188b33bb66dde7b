import fc from 'fast-check';
import { expect, test } from 'vitest';
import { subParts } from './sub.ts';

test('a text is split into names and literals', () => {
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

test('a text without placeholders is one literal', () => {
  fc.assert(
    fc.property(
      fc.string().filter((text) => !text.includes('${')),
      (text) => {
        expect(subParts(text)).toEqual([{ literal: text }]);
      },
    ),
  );
});

test('shell expansions must be escaped', () => {
  expect(() => subParts('echo ${name:-none}')).toThrow('variable names in Fn::Sub syntax');
  expect(() => subParts('echo ${names[$1]}')).toThrow('variable names in Fn::Sub syntax');
  expect(subParts('echo ${!name:-none} $name')).toContainEqual({ literal: '${name:-none}' });
});
