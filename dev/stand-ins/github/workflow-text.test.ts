import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { CHECKOUT } from '../../tools/checkout.ts';
import { forAct } from './workflow-text.ts';

const folder = join(CHECKOUT, '.github/workflows');
const files = readdirSync(folder).map((file) => ({
  file,
  text: readFileSync(join(folder, file), 'utf8'),
}));

it('removes keys that act does not know', () => {
  expect(files.filter(({ text }) => forAct(text) !== text).length).toBeGreaterThan(1);
});

it.each(files)('$file: loses nothing else', ({ text }) => {
  const without = JSON.parse(JSON.stringify(parse(text)), (key, value) =>
    key === 'queue' || key === 'deployment' ? undefined : value,
  );
  expect(parse(forAct(text))).toEqual(without);
});

it('fills in the source of a called workflow', () => {
  const text = 'ref: ${{ job.workflow_sha || github.sha }}';
  const source = { repository: 'acme/pack', sha: 'abc' };
  expect(forAct(text, source)).toBe("ref: ${{ 'abc' || github.sha }}");
});
