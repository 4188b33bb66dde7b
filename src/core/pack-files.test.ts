import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { packFile } from './pack-files.ts';

it('finds the files of the pack from the folder of a source', () => {
  expect(readFileSync(packFile('package.json'), 'utf8')).toContain('"eks-multus-actions"');
});
