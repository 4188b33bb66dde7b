/**
 * `npm run pin-images`: asks the registries for the digests of all images that the pack names, and writes them behind the
 * tags. Changes nothing for an image whose registry does not answer, and says so.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CHECKOUT } from '../checkout.ts';
import { pinned } from './pinned.ts';
import { imageFiles } from './references.ts';
import { digestOf } from './registry.ts';

const { files, failures } = await pinned(imageFiles(), digestOf);
for (const [file, text] of files) {
  writeFileSync(join(CHECKOUT, file), text);
  console.log(`${file}: written`);
}
for (const failure of failures) console.error(failure);
console.log(
  '\nNow run `npm run docs` and `npm run check`: it names the exceptions that are no longer needed.',
);
process.exit(failures.length === 0 ? 0 : 1);
