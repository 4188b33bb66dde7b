import { createWriteStream } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { run } from '../../process.ts';
import type { Progress } from '../../progress.ts';
import { type Content, contentKey, fileContent, folderContent } from '../../tools/content-key.ts';
import { exists, forgetOld, makeOnce } from '../../tools/make-once.ts';
import { findProgram, umlModules } from '../../tools/probe.ts';
import type { GoModule } from '../../tools/tool-sets.ts';
import { containerImages } from './container-images.ts';
import { inOwnNamespaces } from './system.ts';

const here = import.meta.dirname;
/** Files of the node that are ours, laid over its system as they are. */
const rootFiles = join(here, 'root');

const onNode = ['kubelet', 'kube-proxy', 'aws-iam-authenticator'];

/**
 * The disk that nodes boot from (the rehearsal's AMI): an ext4 file system with the system, kubelet,
 * kube-proxy, CNI plugins, kernel modules, container images and our own files. Resolves with its path,
 * which changes when anything in it would; never write to the file, give machines a copy-on-write disk.
 */
export async function ensureNodeImage(
  cache: string,
  system: string,
  programs: ReadonlyMap<GoModule, string>,
  progress: Progress,
  signal: AbortSignal,
): Promise<string> {
  const folderOf = (module: GoModule) => programs.get(module) ?? '';
  const [kubernetes, plugins] = [folderOf('kubernetes'), folderOf('cni-plugins')];
  const images = await ensureContainerImages(cache, folderOf('multus'), progress);
  const key = contentKey({
    ...(await folderContent(rootFiles)),
    ...(await fileContent({ 'build-disk.sh': join(here, 'build-disk.sh') })),
    ...(await modulesIdentity()),
    sources: [system, images, kubernetes, plugins].map((path) => basename(path)).join(),
    programs: onNode.join(),
  });
  const disk = join(cache, 'ami', `${key}.ext4`);
  if (!(await exists(disk))) {
    await progress.step("make the nodes' disk", (note) =>
      makeOnce(disk, note, (temporary) => {
        const binaries = onNode.map((name) => join(kubernetes, name));
        const parts = [umlModules, rootFiles, images, plugins, ...binaries];
        const options = { signal, note };
        return inOwnNamespaces(join(here, 'build-disk.sh'), [temporary, system, ...parts], options);
      }),
    );
  }
  await forgetOld(disk, 4);
  return disk;
}

/** The archive of all container images that nodes have from the start. Resolves with its path. */
async function ensureContainerImages(
  cache: string,
  multusFolder: string,
  progress: Progress,
): Promise<string> {
  const busybox = await readFile((await findProgram('busybox')) ?? 'busybox');
  const code = ['container-images.ts', 'image-archive.ts'].map((name) => [name, join(here, name)]);
  const sources: Content = await fileContent(Object.fromEntries(code));
  const key = contentKey({ ...sources, busybox, multus: basename(multusFolder) });
  const archive = join(cache, 'images', `${key}.tar`);
  if (!(await exists(archive))) {
    await progress.step('make the container images', (note) =>
      makeOnce(archive, note, async (temporary) => {
        const applets = (await run('busybox', ['--list'])).split('\n');
        const multus = await readFolder(multusFolder);
        const bytes = await containerImages({ busybox, applets, multus });
        await pipeline(bytes, createWriteStream(temporary));
      }),
    );
  }
  await forgetOld(archive, 2);
  return archive;
}

/** Tells one build of the kernel modules from another without reading all of them. */
async function modulesIdentity(): Promise<Content> {
  const parts = (await readdir(umlModules)).map(async (version) => {
    const { size, mtimeMs } = await stat(join(umlModules, version, 'modules.dep'));
    return [`modules ${version}`, `${size} ${mtimeMs}`];
  });
  return Object.fromEntries(await Promise.all(parts));
}

async function readFolder(folder: string): Promise<Record<string, Uint8Array>> {
  const names = (await readdir(folder)).sort();
  const read = names.map(async (name) => [name, await readFile(join(folder, name))]);
  return Object.fromEntries(await Promise.all(read));
}
