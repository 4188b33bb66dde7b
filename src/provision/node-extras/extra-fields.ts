import { z } from 'zod';
import { isOfControllers, parseTaint, type Taint, taintText } from '../../environment/taints.ts';

/** What an entry of `node-groups` may say of its machines beside their type and number. */
export interface NodeExtras {
  /** The id of an AMI, or the name of an SSM parameter that has one; undefined for the AMI that EKS recommends. */
  readonly ami: string | undefined;
  readonly volumeType: 'gp2' | 'gp3';
  /** ARN of a KMS key; undefined for the account's default key of EBS. */
  readonly volumeKey: string | undefined;
  readonly placementGroup: string | undefined;
  readonly detailedMonitoring: boolean;
  /** Labels that nodes register with. */
  readonly labels: Texts;
  /** Taints that nodes register with, beside the startup taint. */
  readonly taints: readonly Taint[];
  /** Tags of the instances and their volumes. */
  readonly tags: Texts;
  /** A script that nodes run at their first boot; undefined for none. */
  readonly userData: string | undefined;
}

type Texts = Readonly<Record<string, string>>;

const AMI = /^(ami-([\da-f]{8}|[\da-f]{17})|\/[\w./-]{1,500})$/;
const AMI_ALLOWED =
  'the id of an AMI, such as ami-0123456789abcdef0, or the name of an SSM parameter that has one, such as /eks-multus-images/nodes';
const KEY = /^arn:[a-z-]+:kms:[a-z0-9-]+:\d{12}:key\/[\w-]+$/;
const KEY_ALLOWED =
  'the ARN of a KMS key, such as arn:aws:kms:eu-west-1:111122223333:key/1234abcd-…';

/** https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#syntax-and-character-set */
const LABEL_NAME =
  /^([a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?\/)?[A-Za-z0-9]([\w.-]{0,61}[A-Za-z0-9])?$/;
const LABEL_VALUE = /^([A-Za-z0-9]([\w.-]{0,61}[A-Za-z0-9])?)?$/;
/** The only labels of Kubernetes' own domains that a kubelet may choose: https://kubernetes.io/docs/reference/access-authn-authz/admission-controllers/#noderestriction */
const KUBERNETES = /(^|\.)(kubernetes|k8s)\.io\//;
const OF_NODES = /(^|\.)(kubelet|node)\.kubernetes\.io\//;
const OURS = /^eks-multus-actions\//;

/** EC2 limits user data, which has the labels, the taints and the pack's own programs. */
const MOST_LABELS = 10;
const MOST_TAINTS = 10;
/** Characters of all labels and taints, as the template has them; a test compares with what is left. */
export const MOST_REGISTRATION_TEXT = 512;
/** As many as the template has places for. */
export const MOST_TAGS = 5;
/** https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/Using_Tags.html#tag-restrictions, without = which the template splits at. */
const TAG_NAME = /^(?!aws:)(?!eks-multus)(?!kubernetes\.io\/)(?!Name$)[\w .:/+@-]{1,128}$/;
const TAG_VALUE = /^[\w .:/+@-]{0,256}$/;

/** What user data has room for beside the pack's own parts; a test compares. */
export const MOST_USER_DATA = 800;

const LABELS_ALLOWED = `at most ${MOST_LABELS} labels such as { team: media }, in all ${MOST_REGISTRATION_TEXT} characters, none of Kubernetes' or the pack's own domains`;
const TAINTS_ALLOWED = `at most ${MOST_TAINTS} taints such as dedicated=media:NoSchedule (NoSchedule, PreferNoSchedule or NoExecute), each key and effect once, none of node.kubernetes.io, node.cloudprovider.kubernetes.io or the pack's own domain`;
/** What an entry may have of labels and taints together. */
export const REGISTRATION_ALLOWED = `labels and taints of in all ${MOST_REGISTRATION_TEXT} characters`;
const TAGS_ALLOWED = `at most ${MOST_TAGS} tags such as { cost-centre: "4711" }, without =, and not Name or those of AWS, Kubernetes and the pack`;
const USER_DATA_ALLOWED = `a script of at most ${MOST_USER_DATA} ASCII characters that begins with #!`;

/** Labels as they follow those of the pack. */
export function labelText(labels: Texts): string {
  return Object.entries(labels)
    .map(([name, value]) => `,${name}=${value}`)
    .join('');
}

function isLabel([name, value]: readonly [string, string]): boolean {
  const reserved = (KUBERNETES.test(name) && !OF_NODES.test(name)) || OURS.test(name);
  return LABEL_NAME.test(name) && LABEL_VALUE.test(value) && !reserved;
}

/** Taints as the kubelet's flag has them. */
export function taintsText(taints: readonly Taint[]): string {
  return taints.map(taintText).join();
}

/** Whether user data has room for what nodes register with. */
export function isShortRegistration({ labels, taints }: Pick<NodeExtras, 'labels' | 'taints'>) {
  // A comma parts the taints from the startup taint.
  const ofTaints = taints.length === 0 ? 0 : 1 + taintsText(taints).length;
  return labelText(labels).length + ofTaints <= MOST_REGISTRATION_TEXT;
}

const taint = z
  .string({ error: TAINTS_ALLOWED })
  .refine((text) => parseTaint(text) !== undefined, TAINTS_ALLOWED)
  .transform((text) => parseTaint(text) as Taint);

/** The kubelet refuses two taints with the same key and effect, and then does not start. */
function areTaints(taints: readonly Taint[]): boolean {
  const different = new Set(taints.map(({ key, effect }) => `${key}:${effect}`));
  const reserved = taints.some((one) => isOfControllers(one) || OURS.test(one.key));
  return different.size === taints.length && taints.length <= MOST_TAINTS && !reserved;
}

function isTag([name, value]: readonly [string, string]): boolean {
  return TAG_NAME.test(name) && TAG_VALUE.test(value);
}

/** A line that begins like the boundary of the parts would end the script. */
function isScript(text: string): boolean {
  return /^#![\t\n\r -~]+$/.test(text) && !/^--NODE/m.test(text);
}

function textMap(
  isEntry: (entry: readonly [string, string]) => boolean,
  most: number,
  error: string,
) {
  return z
    .record(z.string(), z.string({ error }), { error })
    .refine((map) => Object.keys(map).length <= most && Object.entries(map).every(isEntry), error)
    .default({});
}

/** The fields of an entry of `node-groups` as people write them. */
export const extraFields = {
  ami: z.string({ error: AMI_ALLOWED }).regex(AMI, AMI_ALLOWED).optional(),
  'volume-type': z.enum(['gp2', 'gp3'], { error: 'gp2 or gp3' }).default('gp3'),
  'volume-key': z.string({ error: KEY_ALLOWED }).regex(KEY, KEY_ALLOWED).optional(),
  'placement-group': z
    .string({ error: 'the name of a placement group' })
    .regex(/^[\x21-\x7e]([\x20-\x7e]{0,253}[\x21-\x7e])?$/, 'the name of a placement group')
    .optional(),
  'detailed-monitoring': z.boolean({ error: 'true or false' }).default(false),
  labels: textMap(isLabel, MOST_LABELS, LABELS_ALLOWED).refine(
    (labels) => labelText(labels).length <= MOST_REGISTRATION_TEXT,
    LABELS_ALLOWED,
  ),
  taints: z.array(taint, { error: TAINTS_ALLOWED }).refine(areTaints, TAINTS_ALLOWED).default([]),
  tags: textMap(isTag, MOST_TAGS, TAGS_ALLOWED),
  'user-data': z
    .string({ error: USER_DATA_ALLOWED })
    .max(MOST_USER_DATA, USER_DATA_ALLOWED)
    .refine(isScript, USER_DATA_ALLOWED)
    .optional(),
};

const shape = z.object(extraFields);
type Written = z.output<typeof shape>;

/** The fields as the domain has them. */
export function extrasOf(written: Written): NodeExtras {
  return {
    ami: written.ami,
    volumeType: written['volume-type'],
    volumeKey: written['volume-key'],
    placementGroup: written['placement-group'],
    detailedMonitoring: written['detailed-monitoring'],
    labels: written.labels,
    taints: written.taints,
    tags: written.tags,
    userData: written['user-data'],
  };
}
