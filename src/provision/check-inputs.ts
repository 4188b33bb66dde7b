import { InputError } from '../core/errors.ts';
import { isReservedNamespace } from '../environment/shared-cluster.ts';
import { type NetworkPlan, type NetworkResult, planNetwork } from '../vpc/plan.ts';
import { defaultNodeGroups, type ProvisionFields } from './fields.ts';

interface Check {
  /** The inputs that it looks at; when one of them is wrong by itself, that is told instead. */
  readonly of: readonly (keyof ProvisionFields)[];
  run(inputs: ProvisionFields): readonly Conflict[];
}

/** `cfn/infra.yaml` has this many zones and administrators. EKS wants two zones or more. */
const TEMPLATE = { fewestZones: 2, zones: 3, administrators: 6 };

/** Whatever it is about, an environment stands on another one. */
const onAnother: Check = { of: ['environment', 'base-environment'], run: standsOnAnother };

/** For an environment with a cluster of its own; what a base must have is checked once it is known. */
const ofCluster: readonly Check[] = [
  { of: ['command', 'aws-region', 'availability-zones'], run: zonesOfRegion },
  {
    of: ['command', 'vpc-cidr', 'availability-zones', 'multus-networks', 'subnet-cidrs'],
    run: networkFits,
  },
  { of: ['command', 'node-groups', 'availability-zones'], run: groupZones },
  { of: ['command', 'node-groups'], run: groupNames },
  { of: ['command', 'node-groups', 'multus-networks'], run: groupInterfaces },
  {
    of: [
      'command',
      'node-groups',
      'vpc-cidr',
      'availability-zones',
      'multus-networks',
      'subnet-cidrs',
    ],
    run: groupPrefixes,
  },
  { of: ['command', 'admin-role-arns', 'role-to-assume', 'chained-role'], run: administrators },
];

/** Checks inputs against each other, except where one that takes part is wrong already. */
export function checkInputs(
  inputs: ProvisionFields,
  bad: ReadonlySet<string>,
): readonly Conflict[] {
  const wrong = new Set(bad);
  const conflicts: Conflict[] = [];
  for (const check of checksFor(inputs, bad)) {
    if (check.of.some((name) => wrong.has(name))) continue;
    const found = check.run(inputs);
    for (const { path } of found) wrong.add(String(path[0]));
    conflicts.push(...found);
  }
  return conflicts;
}

function checksFor(inputs: ProvisionFields, bad: ReadonlySet<string>): readonly Check[] {
  if (inputs.command === 'destroy') return [onAnother];
  const onBase = inputs['base-environment'] !== undefined || bad.has('base-environment');
  return onBase ? [onAnother, { of: ['node-groups'], run: groupNames }] : ofCluster;
}

function standsOnAnother(inputs: ProvisionFields): readonly Conflict[] {
  const { environment, 'base-environment': base } = inputs;
  if (base === undefined) return [];
  if (base === environment) {
    return [{ path: ['base-environment'], message: 'another environment than this one' }];
  }
  if (!isReservedNamespace(environment)) return [];
  const message =
    'another name: with base-environment it is also that of a namespace, and Kubernetes keeps default and kube-… for itself';
  return [{ path: ['environment'], message }];
}

function zonesOfRegion(inputs: ProvisionFields): readonly Conflict[] {
  const region = inputs['aws-region'];
  const zones = inputs['availability-zones'] ?? [];
  const example = `${region}a,${region}b`;
  const foreign = zones.some((zone) => !isZoneOf(region, zone));
  const enough = zones.length >= TEMPLATE.fewestZones && zones.length <= TEMPLATE.zones;
  if (enough && new Set(zones).size === zones.length && !foreign) return [];
  const message = `${TEMPLATE.fewestZones} or ${TEMPLATE.zones} different zones of ${region}, such as ${example}`;
  return [{ path: ['availability-zones'], message }];
}

function isZoneOf(region: string, zone: string): boolean {
  return zone.startsWith(region) && /^[a-z]$/.test(zone.slice(region.length));
}

function networkFits(inputs: ProvisionFields): readonly Conflict[] {
  const result = planFor(inputs);
  if ('plan' in result) return [];
  return result.problems.map(({ input, value, allowed }) => ({
    path: [input],
    message: `${allowed} (not ${value})`,
  }));
}

function administrators(inputs: ProvisionFields): readonly Conflict[] {
  const deployer = inputs['chained-role'] ?? inputs['role-to-assume'];
  const others = new Set(inputs['admin-role-arns'].filter((arn) => arn !== deployer));
  const most = TEMPLATE.administrators - 1;
  return others.size <= most
    ? []
    : [
        {
          path: ['admin-role-arns'],
          message: `at most ${most} roles besides the one that deploys`,
        },
      ];
}

/** Something that inputs which are right by themselves get wrong together. */
export interface Conflict {
  /** The input and, within it, the place. */
  readonly path: readonly (string | number)[];
  /** What is allowed. */
  readonly message: string;
}

export function groupZones(inputs: ProvisionFields): readonly Conflict[] {
  const zones = inputs['availability-zones'] ?? [];
  return groupsOf(inputs).flatMap(({ zone }, index) =>
    zones.includes(zone)
      ? []
      : [{ path: ['node-groups', index, 'zone'], message: `one of ${zones.join(', ')}` }],
  );
}

export function groupNames(inputs: ProvisionFields): readonly Conflict[] {
  const names = groupsOf(inputs).map(({ name }) => name);
  return names.flatMap((name, index) =>
    names.indexOf(name) === index
      ? []
      : [{ path: ['node-groups', index, 'name'], message: `a name other than ${name}, once used` }],
  );
}

/** Every network takes one interface of the instance, beside the primary one. */
export function groupInterfaces(inputs: ProvisionFields): readonly Conflict[] {
  const needed = 1 + (inputs['multus-networks'] ?? DEFAULT_NETWORKS);
  return groupsOf(inputs).flatMap((group, index) => {
    const type = group['instance-type'];
    const path = ['node-groups', index, 'instance-type'];
    if (!hasPrefixes(type))
      return [{ path, message: `a Nitro type such as m5.xlarge (not ${type})` }];
    const limit = interfaceLimit(type);
    if (limit === undefined || limit >= needed) return [];
    return [
      { path, message: `a type with ${needed} network interfaces or more; ${type} has ${limit}` },
    ];
  });
}

/** All nodes that a zone may get must find their prefixes in each of its Multus subnets. */
export function groupPrefixes(inputs: ProvisionFields): readonly Conflict[] {
  const result = planFor(inputs);
  if (!('plan' in result)) return [];
  const { zones } = result.plan;
  return zones.flatMap((zone) => {
    const needed = groupsOf(inputs)
      .filter((group) => group.zone === zone)
      .reduce((sum, group) => sum + group.max * group['prefixes-per-interface'], 0);
    const small = result.plan.multusSubnets.find(
      (subnet) => subnet.zone === zone && subnet.prefixes < needed,
    );
    if (small === undefined) return [];
    const message = `at most ${small.prefixes} prefixes (max × prefixes-per-interface, all groups) in ${zone}, as ${small.prefixCidr} of ${small.cidr} holds no more; these need ${needed}`;
    return [{ path: ['node-groups'], message }];
  });
}

function groupsOf(inputs: ProvisionFields) {
  return inputs['node-groups'] ?? defaultNodeGroups(inputs['availability-zones'] ?? []);
}

type NetworkInputs = Pick<
  ProvisionFields,
  'vpc-cidr' | 'availability-zones' | 'multus-networks' | 'subnet-cidrs'
>;

/** How many networks there are when nothing is said. */
export const DEFAULT_NETWORKS = 2;

/** The network that the inputs ask for. */
export function planFor(inputs: NetworkInputs): NetworkResult {
  return planNetwork({
    vpcCidr: inputs['vpc-cidr'],
    zones: inputs['availability-zones'] ?? [],
    multusNetworks: inputs['multus-networks'] ?? DEFAULT_NETWORKS,
    subnetCidrs: inputs['subnet-cidrs'],
  });
}

/**
 * The same for a run that cannot go on without.
 *
 * @throws InputError that says why there is none; reading the inputs has found that before.
 */
export function requiredPlan(inputs: NetworkInputs): NetworkPlan {
  const result = planFor(inputs);
  if ('problems' in result) throw new InputError(result.problems);
  return result.plan;
}

/**
 * How many network interfaces an instance type takes, for the types that nodes usually have. From the table
 * "IP addresses per network interface per instance type" of the EC2 User Guide:
 * https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/AvailableIpPerENI.html
 */
const LIMITS: readonly (readonly [types: RegExp, interfaces: number])[] = [
  [/^t[34][a-z]*\.(nano|micro)$/, 2],
  [/^t[34][a-z]*\.(small|medium|large)$/, 3],
  [/^t[34][a-z]*\.2?xlarge$/, 4],
  [/^[cmr][5-8][a-z]*\.medium$/, 2],
  [/^[cmr][5-8][a-z]*\.large$/, 3],
  [/^[cmr][5-8][a-z]*\.2?xlarge$/, 4],
  [/^[cmr][5-8][a-z]*\.(4|8|9|12)xlarge$/, 8],
  [/^[cmr][5-8][a-z]*\.(16|18|24)xlarge$/, 15],
];

/** Types without the Nitro system have no address prefixes, and no AL2023 image boots their old names. */
const BEFORE_NITRO = /^(t[12]|m[1-4]|c[134]|r[34]|i[23]|d2|g[23]|p[23]|x1e?|h1|f1)\./;

/** Undefined for types that the table does not know; they are left to EC2 to judge. */
export function interfaceLimit(instanceType: string): number | undefined {
  return LIMITS.find(([types]) => types.test(instanceType))?.[1];
}

export function hasPrefixes(instanceType: string): boolean {
  return !BEFORE_NITRO.test(instanceType);
}

/** `arm64` for Graviton types (`m7g`, `c6gn`, `x2gd`, `t4g`, …), which need an image of their own. */
export function architecture(instanceType: string): 'x86_64' | 'arm64' {
  return /^(a1|[a-z]+\d+g[a-z]*|[a-z]+4gen?)\./.test(instanceType) ? 'arm64' : 'x86_64';
}
