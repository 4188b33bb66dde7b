import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { CHECKOUT } from '../../tools/checkout.ts';

/** The names of the functions that a source exports and says nothing about. */
function unexplained(source: string): readonly string[] {
  const lines = source.split('\n');
  return lines.flatMap((line, index) => {
    const [, name] = /^export (?:async )?function (\w+)/.exec(line) ?? [];
    return name === undefined || lines[index - 1]?.endsWith('*/') ? [] : [name];
  });
}

/** Whose name and type say all. */
const TELLING: ReadonlySet<string> = new Set(['src/provision/node-groups.ts namesOf']);

const sources = globSync('src/**/*.ts', { cwd: CHECKOUT }).filter(
  (file) => !file.endsWith('.test.ts') && !file.includes('/testing/'),
);

it('each function that a file of the product exports says what it is for', () => {
  expect(sources.length).toBeGreaterThan(300);
  const found = sources.flatMap((file) =>
    unexplained(readFileSync(join(CHECKOUT, file), 'utf8')).map((name) => `${file} ${name}`),
  );
  expect(found.filter((one) => !TELLING.has(one))).toEqual([]);
});

it('finds a function without a docstring', () => {
  const source =
    '/** One. */\nexport function one() {}\n\nexport async function two() {}\nfunction three() {}\n';
  expect(unexplained(source)).toEqual(['two']);
});
