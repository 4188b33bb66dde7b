import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { CHECKOUT } from '../../tools/checkout.ts';
import { adapt } from './repositories.ts';

const folder = join(CHECKOUT, 'examples');
const examples = readdirSync(folder)
  .filter((file) => !file.endsWith('.md'))
  .map((file) => ({ file, text: readFileSync(join(folder, file), 'utf8') }));
const account = '123456789012';
const inputs = { 'preview.yml': { 'max-previews': '2', 'vpc-cidr': '10.9.0.0/16' } };

it.each(examples)('$file: has a user’s own names in it afterwards', ({ text }) => {
  const adapted = adapt(text, { account, inputs });
  expect(adapted).not.toMatch(/OWNER|111122223333/);
  expect(Object.keys(parse(adapted))).toEqual(Object.keys(parse(text)));
});

it('sets inputs, replacing those of the example', () => {
  const preview = examples.find(({ file }) => file === 'pull-request-preview.yml');
  const { jobs } = parse(adapt(preview?.text ?? '', { account, inputs }));
  const before = parse(preview?.text ?? '').jobs.preview.with;
  expect(jobs.preview.with).toEqual({
    ...before,
    'max-previews': 2,
    'vpc-cidr': '10.9.0.0/16',
  });
});
