import { ecrRegistry } from '../../../aws/ecr.ts';
import { parseImage } from '../../../images/reference.ts';
import { known } from '../facts.ts';
import { mirroredImages, type NeededImage, neededImages } from '../needed-images.ts';
import type { SetUp } from '../set-up.ts';
import { type Check, type Finding, notice, problem } from './finding.ts';

/** Whether nodes can pull what they need: from registries that they reach, and which have it. */
export const checkImages: Check = {
  name: 'Images',
  needs: ['images'],
  find(setUp, facts) {
    const found = new Map(known(facts.images)?.map(({ image, digest }) => [image, digest]));
    return [
      ...neededImages(setUp).flatMap((needed) => registryFindings(setUp, needed)),
      ...mirroredImages(setUp).flatMap((needed) => {
        const answer = found.get(needed.image);
        if (answer === undefined) return [];
        if ('unknown' in answer) return [unknownFinding(needed, answer.unknown)];
        return answer.value === undefined ? [missingFinding(setUp, needed)] : [];
      }),
    ];
  },
};

const COPY = 'scripts/mirror-images.sh copy';

function missingFinding({ inputs }: SetUp, { image, use, input, isSure }: NeededImage): Finding {
  const text = `image-registry: there is no ${image} (${use})`;
  const fix = `copy it there: ${COPY} ${inputs.imageRegistry}; or name another with ${input}`;
  return isSure ? problem(text, fix) : notice(text, fix);
}

function unknownFinding({ image }: NeededImage, reason: string): Finding {
  return notice(
    `image-registry: nobody knows from here whether there is ${image}: ${reason}`,
    'see for yourself: scripts/mirror-images.sh check',
  );
}

/** The registries that are on the internet only, of those that the pack and its users name. */
const PUBLIC = /(^|\.)(docker\.io|ecr\.aws|gcr\.io|ghcr\.io|k8s\.io|quay\.io)$/;

/** What nodes without internet cannot pull. */
function registryFindings(
  { inputs }: SetUp,
  { image, use, input, isSure }: NeededImage,
): readonly Finding[] {
  if (inputs.cluster.internet !== 'none') return [];
  // Without a registry, containerd takes that of Docker.
  const host = parseImage(image)?.registry ?? 'docker.io';
  const ecr = ecrRegistry(host);
  if (ecr?.region === inputs.region) return [];
  const say = isSure ? problem : notice;
  if (ecr !== undefined) {
    const text = `internet: none, and ${image} (${use}) is in ECR of ${ecr.region}, to which endpoints in ${inputs.region} do not lead`;
    return [
      say(
        text,
        `copy it to a registry in ${inputs.region}, and name that with image-registry or ${input}`,
      ),
    ];
  }
  if (PUBLIC.test(host)) {
    const text = `internet: none, and ${image} (${use}) comes from ${host}, which nodes do not reach`;
    return [
      say(
        text,
        `give image-registry, to which ${COPY} copies all images; or name another image with ${input}`,
      ),
    ];
  }
  return [
    notice(
      `internet: none, and nodes pull ${image} (${use}) from ${host}, which no endpoint of AWS leads to`,
      'see that the routes and the DNS of the VPC lead nodes there',
    ),
  ];
}
