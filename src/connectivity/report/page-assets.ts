import { readFile } from 'node:fs/promises';
import { packFile } from '../../github/pack-files.ts';
import type { PageAssets } from './page.ts';

const SCRIPTS = ['heat-map.js', 'details.js'];

/** Reads the page's style and scripts, which ship with the pack as they are written. */
export async function readPageAssets(): Promise<PageAssets> {
  const read = (name: string) => readFile(packFile('actions', 'verify', 'report', name), 'utf8');
  const [css, ...scripts] = await Promise.all([read('page.css'), ...SCRIPTS.map(read)]);
  return { css, scripts };
}
