import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { CHECKOUT } from '../run-folder.ts';
import { adapt } from './repositories.ts';

const folder = join(CHECKOUT, 'examples');
const examples = readdirSync(folder).map((file) => ({
  file,
  text: readFileSync(join(folder, file), 'utf8'),
}));
const roleArn = 'arn:aws:iam::123456789012:role/deployer';
const inputs = { 'preview.yml': { 'max-previews': '2', 'vpc-cidr': '10.9.0.0/16' } };

it.each(examples)('$file: has a user’s own names in it afterwards', ({ text }) => {
  const adapted = adapt(text, { roleArn, inputs });
  expect(adapted).not.toMatch(/OWNER|111122223333/);
  expect(Object.keys(parse(adapted))).toEqual(Object.keys(parse(text)));
});

it('sets inputs, in place of those that the example gives', () => {
  const preview = examples.find(({ file }) => file === 'pull-request-preview.yml');
  const { jobs } = parse(adapt(preview?.text ?? '', { roleArn, inputs }));
  const before = parse(preview?.text ?? '').jobs.preview.with;
  expect(jobs.preview.with).toEqual({
    ...before,
    ...{ 'role-to-assume': roleArn, 'max-previews': 2, 'vpc-cidr': '10.9.0.0/16' },
  });
});
