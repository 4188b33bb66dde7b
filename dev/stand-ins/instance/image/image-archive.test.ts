import { createHash } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import { extract } from 'tar-stream';
import { describe, expect, it } from 'vitest';
import {
  AGNHOST_IMAGE,
  BUSYBOX_IMAGE,
  BUSYBOX_TAG,
  containerImages,
  MULTUS_IMAGES,
  PAUSE_IMAGE,
  THIN_MULTUS_IMAGE,
} from './container-images.ts';

const programs = {
  busybox: Buffer.from('busybox program'),
  applets: ['busybox', 'sh', 'ping'],
  multus: { 'multus-daemon': Buffer.from('daemon'), 'multus-shim': Buffer.from('shim') },
  agnhost: Buffer.from('agnhost program'),
  multusThin: { thin_entrypoint: Buffer.from('entrypoint'), multus: Buffer.from('thin') },
};

interface Entry {
  readonly content: Buffer;
  readonly link: string | null | undefined;
  readonly mode: number | undefined;
}

async function entriesOf(tar: Buffer): Promise<ReadonlyMap<string, Entry>> {
  const reader = extract();
  reader.end(tar);
  const entries = new Map<string, Entry>();
  for await (const entry of reader) {
    const { name, linkname, mode } = entry.header;
    entries.set(name, { content: await buffer(entry), link: linkname, mode });
  }
  return entries;
}

const archive = async () => buffer(await containerImages(programs));
const json = (entry: Entry | undefined) => JSON.parse(entry?.content.toString() ?? 'null');

describe('containerImages', () => {
  it('lists every name that the manifests use', async () => {
    const entries = await entriesOf(await archive());
    const tags = json(entries.get('manifest.json')).flatMap(
      (image: { RepoTags: string[] }) => image.RepoTags,
    );
    expect(tags.sort()).toEqual([
      ...MULTUS_IMAGES,
      'docker.io/praqma/network-multitool:latest',
      THIN_MULTUS_IMAGE,
      PAUSE_IMAGE,
      BUSYBOX_TAG,
      BUSYBOX_IMAGE,
      AGNHOST_IMAGE.replace(/@.*/, ''),
      AGNHOST_IMAGE,
    ]);
  });

  it('names configurations and layers by their digests, as containerd checks', async () => {
    const entries = await entriesOf(await archive());
    for (const { Config, Layers } of json(entries.get('manifest.json'))) {
      expect(sha256(entries.get(Config)?.content)).toBe(Config.replace('.json', ''));
      const found = Layers.map((layer: string) => `sha256:${sha256(entries.get(layer)?.content)}`);
      expect(json(entries.get(Config)).rootfs.diff_ids).toEqual(found);
    }
  });

  it.each([
    [MULTUS_IMAGES[1] ?? '', { 'usr/src/multus-cni/bin/multus-shim': 'shim' }],
    [THIN_MULTUS_IMAGE, { thin_entrypoint: 'entrypoint', 'usr/src/multus-cni/bin/multus': 'thin' }],
  ])('puts Multus on busybox where the DaemonSet expects it: %s', async (tag, programs) => {
    const entries = await entriesOf(await archive());
    const multus = json(entries.get('manifest.json')).find((image: { RepoTags: string[] }) =>
      image.RepoTags.includes(tag),
    );
    const layers = multus.Layers.map((name: string) => entries.get(name)?.content);
    const [base, top] = await Promise.all(layers.map(entriesOf));
    expect(base?.get('bin/sh')?.link).toBe('busybox');
    expect(base?.get('bin/busybox')?.mode).toBe(0o755);
    for (const [path, content] of Object.entries(programs)) {
      expect(top?.get(path)?.content.toString()).toBe(content);
    }
  });

  it('is byte for byte the same for the same programs', async () => {
    expect(sha256(await archive())).toBe(sha256(await archive()));
  });

  it('writes the shared layer once', async () => {
    const bytes = (await archive()).toString('latin1');
    expect(bytes.split('busybox program')).toHaveLength(2);
  });
});

function sha256(content: Buffer | undefined): string {
  return createHash('sha256')
    .update(content ?? '')
    .digest('hex');
}
