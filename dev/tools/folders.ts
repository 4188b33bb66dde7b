import { globSync } from 'node:fs';
import { dirname } from 'node:path';
import { CHECKOUT } from './checkout.ts';

/** A folder with more sources than this is hard to find one's way in. Tests do not count. */
const MOST_SOURCES = 22;

/** Each folder that has too many sources, with their number. */
export function crowdedFolders(): readonly string[] {
  const sources = globSync('{src,cfn,dev}/**/*.ts', { cwd: CHECKOUT });
  if (sources.length === 0) throw new Error('no sources');
  const folders = Map.groupBy(
    sources.filter((file) => !file.endsWith('.test.ts')),
    dirname,
  );
  return [...folders]
    .filter(([, files]) => files.length > MOST_SOURCES)
    .map(([folder, files]) => `${folder} has ${files.length} sources; at most ${MOST_SOURCES}`);
}
