import { readFile } from 'node:fs/promises';
import {
  configuration,
  type ImageProcess,
  type Layer,
  sha256,
  tarOf,
} from '../instance/image/image-archive.ts';

/** An image of a registry, with all the names by which nodes ask for it. */
export interface RegistryImage extends ImageProcess {
  /** Such as `registry.k8s.io/pause:3.10.1`. */
  readonly names: readonly string[];
  /** Each layer is a list of files, or the path of a tar archive. */
  readonly layers: readonly (Layer | string)[];
}

/** Something that a registry serves by its digest. */
export interface Blob {
  readonly mediaType: string;
  /** Such as `sha256:9532d8c3…`. */
  readonly digest: string;
  readonly content: Buffer;
}

/** An image as the OCI image specification divides it; the manifest refers to the other blobs. */
export interface OciImage {
  readonly manifest: Blob;
  readonly blobs: readonly Blob[];
}

/** Puts an image into the form of the OCI image specification, with its layers uncompressed. */
export async function ociImage({ layers, ...process }: RegistryImage): Promise<OciImage> {
  const archives = await Promise.all(
    layers.map((layer) => (typeof layer === 'string' ? readFile(layer) : tarOf(layer))),
  );
  const contents = archives.map((archive) => blob('image.layer.v1.tar', archive));
  const digests = contents.map(({ digest }) => digest.replace('sha256:', ''));
  const config = blob('image.config.v1+json', Buffer.from(configuration(process, digests)));
  const manifest = {
    schemaVersion: 2,
    mediaType: mediaType('image.manifest.v1+json'),
    config: descriptor(config),
    layers: contents.map(descriptor),
  };
  return {
    manifest: blob('image.manifest.v1+json', Buffer.from(JSON.stringify(manifest))),
    blobs: [config, ...contents],
  };
}

function blob(kind: string, content: Buffer): Blob {
  return { mediaType: mediaType(kind), digest: `sha256:${sha256(content)}`, content };
}

function mediaType(kind: string): string {
  return `application/vnd.oci.${kind}`;
}

function descriptor({ mediaType: type, digest, content }: Blob) {
  return { mediaType: type, digest, size: content.length };
}
