import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, it } from 'vitest';
import { CHECKS } from '../evaluate/catalogue/catalogue.ts';
import { CAUSES } from '../evaluate/check.ts';

const ROOT = resolve(import.meta.dirname, '../../..');

/** The words in the first column of the table that follows a heading. */
function firstColumn(file: string, heading: string): string[] {
  const text = readFileSync(resolve(ROOT, file), 'utf8').split(`\n## ${heading}\n`)[1] ?? '';
  const rows = (text.split('\n## ')[0] ?? '').split('\n').filter((line) => line.startsWith('| `'));
  return rows.flatMap((row) =>
    [...(row.split('|')[1] ?? '').matchAll(/`([^`]+)`/g)].map(([, word = '']) => word),
  );
}

it('the page on checks lists every check, in the order of the report', () => {
  const rows = firstColumn('docs/checks.md', 'All checks');
  expect(rows).toEqual(CHECKS);
});

it('the page on the report lists every cause once', () => {
  expect(firstColumn('docs/report.md', 'Causes').toSorted()).toEqual(CAUSES.toSorted());
});
