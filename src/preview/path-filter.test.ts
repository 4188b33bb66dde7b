import { expect, it } from 'vitest';
import { anyFileCounts } from './path-filter.ts';

const patterns = ['charts/**', 'src/*.ts', '!**/*.md', 'charts/VALUES.md'];

it.each([
  ['charts/app/values.yaml', true],
  ['charts/README.md', false],
  ['charts/VALUES.md', true],
  ['src/main.ts', true],
  ['src/deep/main.ts', false],
  ['docs/charts/a', false],
  ['charts/app/.helmignore', true],
  ['charts/.github/NOTES.md', false],
])('%s counts: %s', (file, expected) => {
  expect(anyFileCounts([file], patterns)).toBe(expected);
  expect(anyFileCounts(['README.md', file], patterns)).toBe(expected);
});

it('no file counts when there is none, or when the patterns only leave out', () => {
  expect(anyFileCounts([], patterns)).toBe(false);
  expect(anyFileCounts(['a'], ['!b'])).toBe(false);
});

it('takes a list that GitHub has cut for one with files that count', () => {
  expect(anyFileCounts(Array(3000).fill('docs/a.md'), patterns)).toBe(true);
});
