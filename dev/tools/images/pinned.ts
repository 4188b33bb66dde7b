import { messageOf } from '../../../src/core/errors.ts';
import type { ImageReference } from '../../../src/images/reference.ts';
import { nameOf, referencesIn, withDigest } from './references.ts';

/** An image that only rehearsals know by this name. No registry has the content. */
const MADE_HERE = 'docker.io/praqma/network-multitool:latest';

/**
 * Puts the current digests behind the tags of all images in files.
 *
 * @param files the texts, by the names of the files
 * @param digestOf asks a registry
 * @returns the changed files, and a sentence for each image whose digest nobody could tell
 */
export async function pinned(
  files: ReadonlyMap<string, string>,
  digestOf: (image: ImageReference) => Promise<string>,
) {
  const images = new Map(
    [...files.values()].flatMap(referencesIn).map((image) => [nameOf(image), image]),
  );
  images.delete(MADE_HERE);
  const texts = new Map(files);
  const failures: string[] = [];
  for (const [name, image] of images) {
    try {
      const digest = await digestOf(image);
      for (const [file, text] of texts) texts.set(file, withDigest(text, image, digest));
    } catch (error) {
      failures.push(`${name} stays as it is: ${messageOf(error)}`);
    }
  }
  const changed = [...texts].filter(([file, text]) => files.get(file) !== text);
  return { files: new Map(changed), failures };
}
