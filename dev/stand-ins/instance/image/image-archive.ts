import { createHash } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import { type Pack, pack } from 'tar-stream';

/** One entry of a layer: a folder (its name ends with a slash), a file, or a symbolic link. */
export interface LayerEntry {
  readonly name: string;
  readonly mode: number;
  readonly content?: Uint8Array;
  readonly link?: string;
}

export type Layer = readonly LayerEntry[];

export interface ContainerImage {
  readonly tags: readonly string[];
  readonly layers: readonly Layer[];
  readonly command: readonly string[];
}

/** What a container of an image runs, unless its pod says otherwise. */
export interface ImageProcess {
  readonly entrypoint?: readonly string[];
  readonly command: readonly string[];
}

/** The same input must give the same bytes, so all times are fixed. */
const epoch = new Date(0);

/**
 * Writes images in the format of `docker save`: per layer a tar, per image a configuration, and a manifest.
 * A layer object that several images share is written once.
 */
export async function imageArchive(images: readonly ContainerImage[]): Promise<Pack> {
  const layers = new Map<Layer, { digest: string; bytes: Buffer }>();
  for (const layer of images.flatMap((image) => image.layers)) {
    if (layers.has(layer)) continue;
    const bytes = await tarOf(layer);
    layers.set(layer, { bytes, digest: sha256(bytes) });
  }
  const digests = (image: ContainerImage) =>
    image.layers.map((layer) => layers.get(layer)?.digest ?? '');
  const configurations = images.map((image) => configuration(image, digests(image)));
  const manifest = images.map((image, index) => ({
    Config: `${sha256(configurations[index] ?? '')}.json`,
    RepoTags: image.tags,
    Layers: digests(image).map((digest) => `${digest}/layer.tar`),
  }));
  const blobs = [...layers.values()].map(({ digest, bytes }) => file(`${digest}/layer.tar`, bytes));
  const texts = configurations.map((json) => file(`${sha256(json)}.json`, Buffer.from(json)));
  const unique = new Map([...blobs, ...texts].map((entry) => [entry.name, entry]));
  const index = file('manifest.json', Buffer.from(JSON.stringify(manifest)));
  return tarStream([...unique.values(), index]);
}

/** An image configuration as in the OCI image specification, for layers with these digests. */
export function configuration(
  { entrypoint, command }: ImageProcess,
  digests: readonly string[],
): string {
  return JSON.stringify({
    architecture: 'amd64',
    os: 'linux',
    created: epoch.toISOString(),
    config: {
      ...(entrypoint === undefined ? {} : { Entrypoint: entrypoint }),
      Cmd: command,
      Env: ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'],
    },
    rootfs: { type: 'layers', diff_ids: digests.map((digest) => `sha256:${digest}`) },
    history: digests.map(() => ({ created: epoch.toISOString(), created_by: 'rehearsal' })),
  });
}

function file(name: string, content: Uint8Array): LayerEntry {
  return { name, mode: 0o644, content };
}

/** A layer as a tar archive. */
export async function tarOf(entries: Layer): Promise<Buffer> {
  return buffer(tarStream(entries));
}

function tarStream(entries: Layer): Pack {
  const tar = pack();
  for (const { name, mode, content, link } of entries) {
    const header = { name, mode, mtime: epoch, uid: 0, gid: 0 };
    if (link !== undefined) tar.entry({ ...header, type: 'symlink', linkname: link });
    else if (content === undefined) tar.entry({ ...header, type: 'directory' });
    else tar.entry(header, Buffer.from(content.buffer, content.byteOffset, content.byteLength));
  }
  tar.finalize();
  return tar;
}

/** The SHA-256 of some content, in hexadecimal digits. */
export function sha256(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}
