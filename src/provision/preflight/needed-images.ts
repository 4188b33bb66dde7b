import { IMAGES, mirrored } from '../../images/catalog.ts';
import { parseImage } from '../../images/reference.ts';
import { chosenMultus, chosenWhereabouts } from '../../multus/image.ts';
import type { LaterInputs } from '../choices/later-inputs.ts';
import type { SetUp } from './set-up.ts';

/** An image that nodes of the environment pull. */
export interface NeededImage {
  readonly image: string;
  readonly use: string;
  /** The input that names another one. */
  readonly input: string;
  /** Whether the steps of this run pull it for sure. */
  readonly isSure: boolean;
}

/** The images that the nodes of an environment pull, but for those that EKS names. Pure. */
export function neededImages({ inputs }: Pick<SetUp, 'inputs'>): readonly NeededImage[] {
  const { imageRegistry, later, rollout } = inputs;
  return [
    {
      image: rollout.probeImage,
      use: IMAGES.busybox.use,
      input: 'probe-image',
      isSure: true,
    },
    ...(later === undefined ? [] : laterImages(inputs, later)),
    {
      image: mirrored(IMAGES.agnhost.source, imageRegistry),
      use: IMAGES.agnhost.use,
      input: 'tools-image',
      isSure: false,
    },
  ];
}

function laterImages(
  { imageRegistry, region }: SetUp['inputs'],
  { items, images }: LaterInputs,
): readonly NeededImage[] {
  const choice = { ...images, 'image-registry': imageRegistry };
  const { use } = images['multus-mode'] === 'thin' ? IMAGES.multusThin : IMAGES.multusThick;
  const whereabouts = {
    image: chosenWhereabouts(choice) ?? IMAGES.whereabouts.source,
    use: IMAGES.whereabouts.use,
    input: 'whereabouts-image',
    isSure: true,
  };
  // A network may come as a whole NetworkAttachmentDefinition, in which this is the type of its IPAM plugin.
  const usesWhereabouts = JSON.stringify(items).includes('whereabouts');
  return [
    { image: chosenMultus(choice, region), use, input: 'multus-image', isSure: true },
    ...(usesWhereabouts ? [whereabouts] : []),
  ];
}

/** Of the images that nodes pull, those in `image-registry`: only of these is the registry asked. Pure. */
export function mirroredImages(setUp: Pick<SetUp, 'inputs'>): readonly NeededImage[] {
  const { imageRegistry } = setUp.inputs;
  if (imageRegistry === undefined) return [];
  return neededImages(setUp).filter(
    ({ image }) => image.startsWith(`${imageRegistry}/`) && parseImage(image) !== undefined,
  );
}
