import { IMAGES, mirrored, pathOf } from '../images/catalog.ts';
import type { MultusChoice } from './install.ts';

/** The accounts of the EKS image registries in regions that do not use the default account:
 * https://docs.aws.amazon.com/eks/latest/userguide/add-ons-images.html */
const ACCOUNTS: Readonly<Record<string, string>> = {
  'af-south-1': '877085696533',
  'ap-east-1': '800184023465',
  'ap-east-2': '533267051163',
  'ap-south-2': '900889452093',
  'ap-southeast-3': '296578399912',
  'ap-southeast-4': '491585149902',
  'ap-southeast-5': '151610086707',
  'ap-southeast-6': '333609536671',
  'ap-southeast-7': '121268973566',
  'ca-west-1': '761377655185',
  'cn-north-1': '918309763551',
  'cn-northwest-1': '961992271922',
  'eu-central-2': '900612956339',
  'eu-south-1': '590381155156',
  'eu-south-2': '455263428931',
  'il-central-1': '066635153087',
  'me-central-1': '759879836304',
  'me-south-1': '558608220178',
  'mx-central-1': '730335286997',
  'us-gov-east-1': '151742754352',
  'us-gov-west-1': '013241004608',
};
const DEFAULT_ACCOUNT = '602401143452';

/** The default image: from the registry of EKS in a region, or, with thin, from that of the Multus project. */
export function multusImage(mode: MultusChoice['mode'], region: string): string {
  if (mode === 'thin') return IMAGES.multusThin.source;
  const account = ACCOUNTS[region] ?? DEFAULT_ACCOUNT;
  const domain = region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com';
  return `${account}.dkr.ecr.${region}.${domain}/${pathOf(IMAGES.multusThick.source)}`;
}

/** The inputs that choose the images of Multus and of whereabouts. */
interface ImageInputs {
  readonly 'multus-mode': MultusChoice['mode'];
  readonly 'multus-image'?: string | undefined;
  readonly 'whereabouts-image'?: string | undefined;
  readonly 'image-registry'?: string | undefined;
}

/** The image of Multus: that of the input, or the default one, from the registry with the copies if there is one. Pure. */
export function chosenMultus(inputs: ImageInputs, region = ''): string {
  const image = inputs['multus-image'] ?? multusImage(inputs['multus-mode'], region);
  return mirrored(image, inputs['image-registry']);
}

/** The image of whereabouts in the same way; undefined for the one that the manifest names. Pure. */
export function chosenWhereabouts(inputs: ImageInputs): string | undefined {
  const { 'whereabouts-image': given, 'image-registry': registry } = inputs;
  return registry === undefined ? given : mirrored(given ?? IMAGES.whereabouts.source, registry);
}
