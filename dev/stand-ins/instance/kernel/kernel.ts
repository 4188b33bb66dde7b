import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Content } from '../../../tools/install/content-key.ts';

/** A user-mode-linux kernel. */
export interface Kernel {
  /** Path of the kernel itself, a program. */
  readonly program: string;
  /** A folder that becomes `/usr/lib/modules` of the nodes. It has one folder, named after the kernel's version. */
  readonly modules: string;
}

/** The kernel of Debian's package user-mode-linux. */
export const debianKernel: Kernel = {
  program: '/usr/bin/linux',
  modules: '/usr/lib/uml/modules',
};

/** Tells one build of the kernel and its modules from another without reading all of them. */
export async function kernelIdentity({ modules }: Kernel): Promise<Content> {
  const parts = (await readdir(modules)).map(async (version) => {
    const { size, mtimeMs } = await stat(join(modules, version, 'modules.dep'));
    return [`modules ${version}`, `${size} ${mtimeMs}`];
  });
  return Object.fromEntries(await Promise.all(parts));
}
