import { createWriteStream } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { contentKey, fileContent } from '../../../tools/install/content-key.ts';
import { provide } from '../../../tools/install/provide.ts';
import type { GoModule } from '../../../tools/install/tool-sets.ts';
import type { Progress } from '../../../tools/progress.ts';
import { type Kernel, kernelIdentity } from '../kernel/kernel.ts';
import { readBusybox } from './busybox.ts';
import { containerImages } from './container-images.ts';
import { inOwnNamespaces } from './system.ts';

const file = (name: string) => join(import.meta.dirname, name);
const script = file('build-store.sh');

/** The modules whose programs are in the images. */
export const IMAGE_MODULES = ['multus', 'multus-thin', 'agnhost'] as const satisfies GoModule[];

/** The folder of each module's programs. */
type ProgramFolders = ReadonlyMap<GoModule, string>;

/**
 * An archive of containerd's storage with all container images imported, which becomes part of the
 * nodes' disk: importing them takes a node seconds at each boot, and its copy-on-write disk 190 MB.
 * Resolves with its path.
 */
export async function ensureContainerStore(
  cache: string,
  system: string,
  kernel: Kernel,
  folders: ProgramFolders,
  progress: Progress,
  signal: AbortSignal,
): Promise<string> {
  const images = await ensureImageArchive(cache, folders, progress);
  const key = contentKey({
    ...(await fileContent({ script, guest: file('import-images.sh') })),
    ...(await kernelIdentity(kernel)),
    sources: [system, images].map((path) => basename(path)).join(),
  });
  const parts = [system, kernel.modules, images, kernel.program];
  return provide(join(cache, 'images', `${key}.store.tar`), {
    step: 'import the container images',
    progress,
    keep: 4,
    build: (temporary, note) => inOwnNamespaces(script, [temporary, ...parts], { signal, note }),
  });
}

/** The archive of the container images, as `ctr images import` reads it. Resolves with its path. */
async function ensureImageArchive(
  cache: string,
  folders: ProgramFolders,
  progress: Progress,
): Promise<string> {
  const { busybox, applets } = await readBusybox();
  const sources = { list: file('container-images.ts'), format: file('image-archive.ts') };
  const folderOf = (module: (typeof IMAGE_MODULES)[number]) => folders.get(module) ?? '';
  const key = contentKey({
    ...(await fileContent(sources)),
    busybox,
    multus: basename(folderOf('multus')),
    thin: basename(folderOf('multus-thin')),
    agnhost: basename(folderOf('agnhost')),
  });
  return provide(join(cache, 'images', `${key}.tar`), {
    step: 'make the container images',
    progress,
    keep: 4,
    build: async (temporary) => {
      const multus = await readFolder(folderOf('multus'));
      const multusThin = await readFolder(folderOf('multus-thin'));
      const agnhost = await readFile(join(folderOf('agnhost'), 'agnhost'));
      const bytes = await containerImages({ busybox, applets, multus, multusThin, agnhost });
      await pipeline(bytes, createWriteStream(temporary));
    },
  });
}

/** The files of a folder, by name. */
export async function readFolder(folder: string): Promise<Record<string, Uint8Array>> {
  const names = (await readdir(folder)).sort();
  const read = names.map(async (name) => [name, await readFile(join(folder, name))]);
  return Object.fromEntries(await Promise.all(read));
}
