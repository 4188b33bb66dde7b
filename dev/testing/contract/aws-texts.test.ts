import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { CHECKOUT } from '../../tools/checkout.ts';

const read = (pattern: string) =>
  globSync(pattern, { cwd: CHECKOUT }).map((file) => readFileSync(join(CHECKOUT, file), 'utf8'));

it('no page promises the failure text of a CreationPolicy, which no template has', () => {
  const templates = read('cfn/*.yaml');
  const pages = read('{docs,actions/*}/*.md');
  expect(templates.length).toBeGreaterThan(2);
  expect(pages.length).toBeGreaterThan(8);
  const signals = templates.some((text) => /^\s+CreationPolicy:/m.test(text));
  expect(signals).toBe(false);
  for (const page of pages) expect(page).not.toContain('SUCCESS signal');
});
