import { z } from 'zod';
import type { InputProblem } from '../core/errors.ts';
import { yaml } from '../github/inputs.ts';
import type { NetworkPlan } from '../vpc/plan.ts';
import { ASKED_CAPACITIES, type Capacity } from './capacity/capacity.ts';
import { architecture, hasPrefixes, interfaceLimit } from './instance-types.ts';
import {
  extraFields,
  extrasOf,
  isShortRegistration,
  type NodeExtras,
  REGISTRATION_ALLOWED,
} from './node-extras/extra-fields.ts';
import {
  firstOfEntries,
  groupsOfEntry,
  LONGEST_NAME,
  type Placed,
  takenNames,
  zonesField,
  zonesProblem,
} from './zones/zone-entry.ts';

/** A node group. It is in one zone, as its Multus subnets and interfaces are; an entry with `zones` has several groups. */
export interface NodeGroup extends NodeExtras, Placed {
  /** Empty: the first zone of the environment, or of its base. */
  readonly zone: string;
  readonly min: number;
  readonly desired: number;
  readonly max: number;
  /** `auto` until the number of networks is known. */
  readonly instanceType: string;
  readonly architecture: 'x86_64' | 'arm64';
  readonly capacity: Capacity;
  /** In GiB. */
  readonly volumeSize: number;
  /** /28 prefixes on each Multus interface. */
  readonly prefixesPerInterface: number;
  readonly podsWaitForMultus: boolean;
  readonly startupTaint: boolean;
}

const INPUT = 'node-groups';
const SHAPE =
  'a YAML list such as [{ name: ng1, zone: ap-northeast-2a, min: 1, desired: 2, max: 3 }]';

/** A family and one of EC2's sizes: https://docs.aws.amazon.com/ec2/latest/instancetypes/instance-type-names.html */
const TYPE = /^[a-z][a-z0-9-]*\.(nano|micro|small|medium|large|\d*xlarge|metal(-[a-z0-9]+)?)$/;

/** An interface of the largest types has 50 addresses, one of which is its own; `checkInstanceTypes` knows the others. */
const MOST_PREFIXES = 49;

/** The word for the cheapest instance type that fits. */
export const AUTO = 'auto';

/** One node group as people write it. The defaults are those of the lab. */
const writtenGroup = z.strictObject(
  {
    name: z
      .string({ error: 'a name' })
      .regex(
        /^[a-z0-9]([a-z0-9-]{0,18}[a-z0-9])?$/,
        `lower-case letters, digits and - (not first, not last), at most ${LONGEST_NAME} characters`,
      ),
    zone: z.string({ error: 'one of availability-zones' }).default(''),
    zones: zonesField(),
    min: whole(0, 1000).default(1),
    desired: whole(0, 1000).default(2),
    max: whole(1, 1000).default(3),
    'instance-type': z
      .string({ error: 'an instance type' })
      .refine(
        (type) => type === AUTO || TYPE.test(type),
        'an instance type such as m5.xlarge, with a size that EC2 has, or auto',
      )
      .refine((type) => !type.startsWith('mac'), 'a type that runs Linux')
      .default('m5.xlarge'),
    architecture: z.enum(['x86_64', 'arm64'], { error: 'x86_64 or arm64' }).optional(),
    capacity: z
      .enum(ASKED_CAPACITIES, { error: ASKED_CAPACITIES.join(' or ') })
      .default('on-demand'),
    'volume-size': whole(20, 16_384).default(50),
    'prefixes-per-interface': whole(0, MOST_PREFIXES).default(1),
    'pods-wait-for-multus': z.boolean({ error: 'true or false' }).default(true),
    'startup-taint': z.boolean({ error: 'true or false' }).default(false),
    ...extraFields,
  },
  { error: (issue) => (issue.code === 'unrecognized_keys' ? knownKeys() : SHAPE) },
);

const entrySchema = writtenGroup
  .superRefine((entry, context) => {
    const problem = zonesProblem(entry);
    if (problem === undefined) return;
    context.addIssue({ code: 'custom', path: problem.path, message: problem.allowed });
  })
  .refine(({ min, desired, max }) => min <= desired && desired <= max, {
    error: ({ input }) =>
      `min ≤ desired ≤ max, not ${sizesOf(input as Written)} (the defaults are 1, 2 and 3)`,
  })
  .refine(isShortRegistration, { error: REGISTRATION_ALLOWED })
  .refine(({ architecture: wanted, 'instance-type': type }) => isOf(type, wanted), {
    error: 'architecture: that of the instance type, or instance-type: auto',
  });

type Written = z.output<typeof writtenGroup>;

/** The groups of one entry. All that it says is true of each of them, also the numbers of nodes. */
function toGroups(entry: Written, index: number): readonly NodeGroup[] {
  const common = {
    min: entry.min,
    desired: entry.desired,
    max: entry.max,
    instanceType: entry['instance-type'],
    architecture: entry.architecture ?? architectureOf(entry['instance-type']),
    capacity: entry.capacity,
    volumeSize: entry['volume-size'],
    prefixesPerInterface: entry['prefixes-per-interface'],
    podsWaitForMultus: entry['pods-wait-for-multus'],
    startupTaint: entry['startup-taint'],
    ...extrasOf(entry),
  };
  return groupsOfEntry(entry, index).map((placed) => ({ ...placed, ...common }));
}

/** Graviton only for those who ask for it: images must have its architecture. */
function architectureOf(type: string): NodeGroup['architecture'] {
  return type === AUTO ? 'x86_64' : architecture(type);
}

function isOf(type: string, wanted: NodeGroup['architecture'] | undefined): boolean {
  return wanted === undefined || type === AUTO || architecture(type) === wanted;
}

function sizesOf({ min, desired, max }: Written): string {
  return `${min} ≤ ${desired} ≤ ${max}`;
}

/** `<environment>-<node group>`. */
export function nodeGroupStackName(environment: string, group: string): string {
  return `${environment}-${group}`;
}

const entriesSchema = z
  .array(entrySchema, { error: SHAPE })
  .min(1, SHAPE)
  .transform((entries) => entries.flatMap(toGroups));

/** The field of the input `node-groups`. */
export function nodeGroupsField() {
  return yaml(entriesSchema, SHAPE);
}

/** The node groups when the input is left out: the lab's single group. */
const DEFAULT_GROUPS: readonly NodeGroup[] = entriesSchema.parse([{ name: 'ng1' }]);

/** The node groups, or the lab's single group when there are none. A group without a zone gets the first one. */
export function nodeGroupsIn(
  groups: readonly NodeGroup[] = DEFAULT_GROUPS,
  zones: readonly string[],
): readonly NodeGroup[] {
  return groups.map((group) => ({ ...group, zone: group.zone || (zones[0] ?? '') }));
}

/** The zones that the groups name, each once. */
export function zonesNamed(groups: readonly NodeGroup[]): readonly string[] {
  return [...new Set(groups.map(({ zone }) => zone).filter((zone) => zone !== ''))];
}

function whole(min: number, max: number) {
  const error = `a whole number from ${min} to ${max}`;
  return z.number({ error }).int(error).min(min, error).max(max, error);
}

function knownKeys(): string {
  return `only the keys ${Object.keys(writtenGroup.shape).join(', ')}`;
}

/** Every group must be in one of the zones, which are those with Multus subnets. */
export function zoneProblems(
  groups: readonly NodeGroup[],
  zones: readonly string[],
): readonly InputProblem[] {
  const allowed = zones.join(', ');
  return groups.flatMap(({ entry, zone }) => {
    if (zones.includes(zone)) return [];
    const what =
      entry.zones.length === 0
        ? `zone: one of ${allowed}`
        : `zones: some of ${allowed}, which have the subnets of the Multus networks`;
    return [{ input: INPUT, value: zone, allowed: `${entry.index}.${what}` }];
  });
}

/** Names must differ: each is part of a stack's name. */
export function nameProblems(groups: readonly NodeGroup[]): readonly InputProblem[] {
  return takenNames(groups).map(({ index, value, allowed }) => ({
    input: INPUT,
    value,
    allowed: `${index}.name: ${allowed}`,
  }));
}

/** An instance needs one interface for each Multus network beside its primary interface. */
export function interfaceProblems(
  groups: readonly NodeGroup[],
  networks: number,
): readonly InputProblem[] {
  return firstOfEntries(groups).flatMap(({ entry, instanceType }) => {
    const allowed = allowedType(instanceType, 1 + networks);
    if (allowed === undefined) return [];
    const text = `${entry.index}.instance-type: ${allowed}`;
    return [{ input: INPUT, value: instanceType, allowed: text }];
  });
}

function allowedType(type: string, interfaces: number): string | undefined {
  if (!hasPrefixes(type)) return `a Nitro type such as m5.xlarge (not ${type})`;
  const limit = interfaceLimit(type);
  if (limit === undefined || limit >= interfaces) return undefined;
  return `a type with ${interfaces} network interfaces or more; ${type} has ${limit}`;
}

/** Each Multus subnet must have a prefix for every interface that the groups of its zone may have in it. */
export function prefixProblems(
  groups: readonly NodeGroup[],
  { zones, multusSubnets }: NetworkPlan,
): readonly InputProblem[] {
  return zones.flatMap((zone) => {
    const needed = prefixesNeeded(groups, zone);
    const small = multusSubnets.find((one) => one.zone === zone && one.prefixes < needed);
    if (small === undefined) return [];
    const allowed = `at most ${small.prefixes} prefixes (max × prefixes-per-interface, all groups) in ${zone}, because ${small.prefixCidr} of ${small.cidr} holds no more; these need ${needed}`;
    return [{ input: INPUT, value: namesOf(groups), allowed }];
  });
}

/** The prefixes that the groups need in each Multus subnet of a zone when all of them have their most nodes. */
export function prefixesNeeded(groups: readonly NodeGroup[], zone: string): number {
  return groups
    .filter((group) => group.zone === zone)
    .reduce((sum, { max, prefixesPerInterface }) => sum + max * prefixesPerInterface, 0);
}

/** The names of the entries, as people have written them. */
export function namesOf(groups: readonly NodeGroup[]): string {
  return firstOfEntries(groups)
    .map(({ entry }) => entry.name)
    .join();
}
