import type { AwsCaller } from '../../../aws/clients.ts';
import { ecrDigest, ecrRegistry } from '../../../aws/ecr.ts';
import { inParallel } from '../../../core/in-parallel.ts';
import { type ImageReference, parseImage } from '../../../images/reference.ts';
import { manifestDigest } from '../../../images/registry.ts';
import type { Answer, FoundImage } from '../facts.ts';
import { ask } from './ask.ts';

/**
 * Asks the registries of images whether they have them: ECR with the job's credentials, every other registry without any. Changes
 * nothing.
 */
export async function askImages(
  caller: AwsCaller,
  images: readonly string[],
): Promise<Answer<readonly FoundImage[]>> {
  const value = await inParallel([...new Set(images)], 4, async (image): Promise<FoundImage> => {
    const reference = parseImage(image);
    if (reference === undefined) return { image, digest: { unknown: 'its name has no registry' } };
    const digest = await ask('ecr:DescribeImages', () => digestOf(caller, reference));
    return { image, digest };
  });
  return { value };
}

function digestOf(caller: AwsCaller, reference: ImageReference): Promise<string | undefined> {
  const registry = ecrRegistry(reference.registry);
  return registry === undefined
    ? manifestDigest(reference)
    : ecrDigest(caller, { ...registry, ...reference });
}
