import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Content } from '../../../tools/install/content-key.ts';

/** Where Debian's user-mode-linux package puts the kernel and its modules. */
export const umlKernel = '/usr/bin/linux';
export const umlModules = '/usr/lib/uml/modules';

/** Tells one build of the kernel and its modules from another without reading all of them. */
export async function kernelIdentity(): Promise<Content> {
  const parts = (await readdir(umlModules)).map(async (version) => {
    const { size, mtimeMs } = await stat(join(umlModules, version, 'modules.dep'));
    return [`modules ${version}`, `${size} ${mtimeMs}`];
  });
  return Object.fromEntries(await Promise.all(parts));
}
