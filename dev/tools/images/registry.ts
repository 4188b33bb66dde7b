import type { ImageReference } from '../../../src/images/reference.ts';
import { manifestDigest } from '../../../src/images/registry.ts';
import { nameOf } from './references.ts';

/**
 * Asks an image's registry for the digest of its tag, without credentials.
 *
 * @throws Error that names the image and the registry's answer.
 */
export async function digestOf(image: ImageReference): Promise<string> {
  const digest = await manifestDigest({ ...image, digest: undefined });
  if (digest !== undefined) return digest;
  throw new Error(`${nameOf(image)}: the registry answers 404`);
}
