import fc from 'fast-check';
import { expect, test } from 'vitest';
import { physicalName } from './physical-name.ts';

test('a name consists of stack, logical id and twelve random characters', () => {
  expect(physicalName('lab', 'NodeRole', 64)).toMatch(/^lab-NodeRole-[A-Z0-9]{12}$/);
});

test('a name never exceeds the limit and always has its random part', () => {
  const name = fc.stringMatching(/^[A-Za-z][A-Za-z0-9-]{0,127}$/);
  fc.assert(
    fc.property(name, name, fc.integer({ min: 32, max: 255 }), (stack, logical, limit) => {
      const result = physicalName(stack, logical, limit);
      expect(result.length).toBeLessThanOrEqual(limit);
      expect(result).toMatch(/^.+-.+-[A-Z0-9]{12}$/);
    }),
  );
});
