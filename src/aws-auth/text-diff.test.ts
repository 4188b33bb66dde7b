import fc from 'fast-check';
import { expect, it } from 'vitest';
import { textDiff } from './rows.ts';

it('shows what was added between what stayed', () => {
  expect(textDiff('a\nb\n', 'a\nx\nb\n')).toEqual([' a', '+x', ' b']);
  expect(textDiff('', 'a\n')).toEqual(['+a']);
  expect(textDiff('a\n', 'a\nb\n')).toEqual([' a', '+b']);
  expect(textDiff('a\nb\n', 'a\nc\n')).toEqual([' a', '-b', '+c']);
  expect(textDiff('a', 'a')).toEqual([' a']);
});

it('shows a part of a long text', () => {
  const lines = Array.from({ length: 100 }, (_, index) => `line ${index}`);
  const diff = textDiff(lines.join('\n'), lines.toSpliced(50, 0, 'new').join('\n'));
  expect(diff).toHaveLength(13);
  expect(diff.slice(5, 8)).toEqual([' line 49', '+new', ' line 50']);
});

it('holds both texts', () => {
  const line = fc.constantFrom('a', 'b', 'c');
  const lines = fc.array(line, { minLength: 1, maxLength: 6 });
  fc.assert(
    fc.property(lines, lines, (before, after) => {
      const diff = textDiff(before.join('\n'), after.join('\n'));
      const side = (drop: string) =>
        diff.filter((one) => !one.startsWith(drop)).map((one) => one.slice(1));
      expect(side('+')).toEqual(before);
      expect(side('-')).toEqual(after);
    }),
  );
});
