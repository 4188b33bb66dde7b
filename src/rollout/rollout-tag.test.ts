import fc from 'fast-check';
import { expect, it } from 'vitest';
import { formatTag, parseTag } from './rollout-tag.ts';

const sizes = fc.integer({ min: 0, max: 1000 });
const times = fc.option(fc.integer({ min: 0, max: 4e12 }), { nil: undefined });

it('reads what it has written, in characters that a tag may have', () => {
  fc.assert(
    fc.property(sizes, sizes, times, (target, declared, renewBefore) => {
      const text = formatTag({ target, declared, renewBefore });
      expect(text).toMatch(/^[A-Za-z0-9 _.:/=+@-]{1,255}$/);
      expect(parseTag(text)).toEqual({ target, declared, renewBefore });
    }),
  );
});

it.each([undefined, '', 'desired=', 'desired=many', 'desired=3', 'something'])(
  'does not believe the tag %s',
  (text) => {
    expect(parseTag(text)).toBeUndefined();
  },
);

it('ignores a time that is none', () => {
  expect(parseTag('desired=3 declared=2 before=lunch')).toEqual({
    target: 3,
    declared: 2,
    renewBefore: undefined,
  });
});
