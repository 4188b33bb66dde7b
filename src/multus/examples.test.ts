import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { attachmentsOf } from '../../dev/testing/samples/attachments.ts';
import { packFile } from '../core/pack-files.ts';
import type { NetworkAttachmentDefinition } from '../networks/attachment.ts';

const text = readFileSync(packFile('manifests', 'nads', 'README.md'), 'utf8');
const blocks = [...text.matchAll(/^```yaml\n([\s\S]*?)^```$/gm)].map(([, block = '']) => block);
/** Each network in short form, and the definition that stands after it. */
const examples = blocks.flatMap((short, index) =>
  index % 2 === 0 ? [{ short, written: parse(blocks[index + 1] ?? '') }] : [],
);

it('there are examples', () => {
  expect(examples.length).toBeGreaterThan(5);
});

it.each(examples)('becomes the definition below it: $short', ({ short, written }) => {
  const [made] = attachmentsOf(parse(short));
  const config = (one: NetworkAttachmentDefinition | undefined) =>
    JSON.parse(one?.spec?.config ?? '');
  expect(config(made?.definition)).toEqual(config(written));
  const { labels: _, ...metadata } = made?.definition.metadata ?? {};
  expect(metadata).toEqual(written.metadata);
});
