import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lineDiff } from './config-map.ts';

describe('lineDiff', () => {
  it('shows what was added between what stayed', () => {
    expect(lineDiff('a\nb\n', 'a\nx\nb\n')).toEqual([' a', '+x', ' b']);
    expect(lineDiff('', 'a\n')).toEqual(['+a']);
    expect(lineDiff('a\n', 'a\nb\n')).toEqual([' a', '+b']);
    expect(lineDiff('a\nb\n', 'a\nc\n')).toEqual([' a', '-b', '+c']);
    expect(lineDiff('a', 'a\n')).toEqual([]);
  });

  it('shows a part of a long text', () => {
    const lines = Array.from({ length: 100 }, (_, index) => `line ${index}`);
    const diff = lineDiff(lines.join('\n'), lines.toSpliced(50, 0, 'new').join('\n'));
    expect(diff).toHaveLength(13);
    expect(diff.slice(5, 8)).toEqual([' line 49', '+new', ' line 50']);
  });

  it('holds both texts', () => {
    const line = fc.constantFrom('a', 'b', 'c');
    const lines = fc.array(line, { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(lines, lines, (before, after) => {
        fc.pre(before.join() !== after.join());
        const diff = lineDiff(before.join('\n'), after.join('\n'));
        const side = (drop: string) =>
          diff.filter((one) => !one.startsWith(drop)).map((one) => one.slice(1));
        expect(side('+')).toEqual(before);
        expect(side('-')).toEqual(after);
      }),
    );
  });
});
