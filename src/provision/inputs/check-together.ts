import { partitionOf } from '../../aws/partition.ts';
import type { InputProblem } from '../../core/errors.ts';
import { isReservedNamespace } from '../../environment/shared-cluster.ts';
import type { ParsedInputs } from '../../github/inputs.ts';
import { FEWEST_ZONES, MOST_ZONES, type NetworkPlan, planNetwork } from '../../vpc/plan.ts';
import { type LaterInputs, laterFields, laterInputs } from '../choices/later-inputs.ts';
import {
  interfaceProblems,
  nameProblems,
  nodeGroupsIn,
  prefixProblems,
  zoneProblems,
  zonesNamed,
} from '../node-groups.ts';
import { checkGivenCluster } from './check-given-cluster.ts';
import { checkGivenVpc } from './check-given-vpc.ts';
import {
  groupsOf,
  isInGivenVpc,
  makesStacks,
  networkCount,
  networkRequestOf,
  openZones,
} from './defaults.ts';
import { NONE, type Raw, TIME } from './schema.ts';

/**
 * Checks inputs against each other. What a base must have is checked later, when its stacks are known.
 *
 * @returns the network plan of an environment with its own cluster.
 */
export function checkTogether(parsed: ParsedInputs<Raw>): NetworkPlan | undefined {
  const { command, 'base-environment': base } = parsed.values;
  for (const role of ROLES) {
    parsed.check(['aws-region', role], (inputs) =>
      partitionProblems(inputs['aws-region'], role, inputs[role]),
    );
  }
  parsed.check(['environment', 'base-environment'], baseProblems);
  parsed.check(['max-surge', 'max-unavailable'], roomProblems);
  parsed.check(['command', 'expires-at'], extensionProblems);
  if (command !== undefined && !makesStacks(command)) return undefined;
  parsed.check(['expiry-guard', 'cloudformation-role-arn'], guardProblems);
  parsed.check(['outputs-parameter-prefix', 'base-environment'], outputsProblems);
  parsed.check(['internet', 'base-environment', 'nat-gateways', 'subnet-cidrs'], internetProblems);
  checkGivenCluster(parsed);
  checkGivenVpc(parsed);
  const network = base === undefined ? checkOwnCluster(parsed) : undefined;
  parsed.check(['node-groups'], ({ 'node-groups': groups = [] }) => nameProblems(groups));
  return network;
}

/** The checks of an environment's own cluster are skipped when the command or the base is wrong. */
const OF_CLUSTER = ['command', 'base-environment'] as const;
const OF_COUNT = [
  ...OF_CLUSTER,
  'internet',
  'existing-cluster',
  'vpc-id',
  'multus-networks',
  'multus-subnets',
  'subnet-cidrs',
] as const;
const OF_NETWORK = [
  ...OF_COUNT,
  'vpc-cidr',
  'multus-cidr',
  'multus-ip-family',
  'multus-routes',
  'availability-zones',
] as const;

function checkOwnCluster(parsed: ParsedInputs<Raw>): NetworkPlan | undefined {
  let network: NetworkPlan | undefined;
  parsed.check([...OF_CLUSTER, 'aws-region', 'availability-zones'], regionProblems);
  parsed.check(OF_NETWORK, (inputs) => {
    // What a given VPC has, only EC2 knows.
    if (isInGivenVpc(inputs)) return [];
    const given = inputs['availability-zones'];
    const groups = nodeGroupsIn(parsed.values['node-groups'], []);
    const zones = given.length === 0 ? openZones(groups) : given;
    const result = planNetwork({ ...networkRequestOf(inputs), zones });
    if ('problems' in result) return result.problems.map(withValue);
    if (given.length > 0) network = result.plan;
    return [];
  });
  parsed.check([...OF_CLUSTER, 'aws-region', 'node-groups', 'availability-zones'], (inputs) => {
    const zones = inputs['availability-zones'];
    if (zones.length === 0) return openZoneProblems(inputs);
    return zoneProblems(groupsOf(inputs), zones).map(withValue);
  });
  parsed.check([...OF_COUNT, 'node-groups', 'availability-zones'], (inputs) =>
    interfaceProblems(groupsOf(inputs), networkCount(inputs)),
  );
  parsed.check([...OF_NETWORK, 'node-groups'], (inputs) =>
    network === undefined ? [] : prefixProblems(groupsOf(inputs), network),
  );
  parsed.check(
    [...OF_CLUSTER, 'admin-role-arns', 'role-to-assume', 'chained-role'],
    administratorProblems,
  );
  return network;
}

const LATER = Object.keys(laterFields) as readonly (keyof typeof laterFields)[];

/**
 * Checks the inputs of the steps after this one.
 *
 * @returns what these steps are asked for; undefined when none follow.
 */
export function checkLater(parsed: ParsedInputs<Raw>): LaterInputs | undefined {
  let later: LaterInputs | undefined;
  parsed.check(['command', ...LATER], (inputs) => {
    const read = laterInputs(inputs, inputs.command === 'deploy');
    later = makesStacks(inputs.command) ? read.later : undefined;
    return read.problems.map(withValue);
  });
  return later;
}

/** The inputs with ARNs of roles, which must be of the region's partition. */
const ROLES = [
  'role-to-assume',
  'chained-role',
  'cloudformation-role-arn',
  'admin-role-arns',
] as const;

function partitionProblems(
  region: string,
  input: (typeof ROLES)[number],
  given: string | readonly string[] = [],
) {
  const partition = partitionOf(region);
  const foreign = [given].flat().filter((arn) => !arn.startsWith(`arn:${partition}:`));
  if (foreign.length === 0) return [];
  const allowed = `roles of partition ${partition}, which has the region ${region} (arn:${partition}:iam::…)`;
  return [{ input, allowed }];
}

function baseProblems(inputs: Pick<Raw, 'environment' | 'base-environment'>) {
  const { environment, 'base-environment': base } = inputs;
  if (base === undefined) return [];
  if (base === environment) {
    return [{ input: 'base-environment', allowed: 'another environment than this one' }];
  }
  if (!isReservedNamespace(environment)) return [];
  const allowed =
    'another name: it also names a namespace, and Kubernetes reserves default and kube-…';
  return [{ input: 'environment', allowed }];
}

/** Without either, no node could be replaced. */
function roomProblems(inputs: Pick<Raw, 'max-surge' | 'max-unavailable'>) {
  if (inputs['max-surge'] + inputs['max-unavailable'] > 0) return [];
  const allowed = 'at least 1 where max-surge is 0';
  return [{ input: 'max-unavailable', allowed }];
}

/** Without internet there is nothing that a gateway or a public subnet would lead to. A base decides for its guests. */
function internetProblems(
  inputs: Pick<Raw, 'internet' | 'base-environment' | 'nat-gateways' | 'subnet-cidrs'>,
) {
  if (inputs.internet !== NONE) return [];
  const { 'nat-gateways': nat = NONE, 'subnet-cidrs': ranges } = inputs;
  const wrong = [
    {
      input: 'internet',
      isWrong: inputs['base-environment'] !== undefined,
      allowed: 'nothing with base-environment, whose VPC the environment uses',
    },
    {
      input: 'nat-gateways',
      isWrong: nat !== NONE,
      allowed: 'none, or nothing, with internet none',
    },
    {
      input: 'subnet-cidrs',
      isWrong: ranges?.public !== undefined,
      allowed: 'no public subnets with internet none',
    },
  ];
  return wrong.filter(({ isWrong }) => isWrong).map(({ input, allowed }) => ({ input, allowed }));
}

/** With a stack's own role, whoever may delete the stack needs no right on what is in it. */
function guardProblems(inputs: Pick<Raw, 'expiry-guard' | 'cloudformation-role-arn'>) {
  if (!inputs['expiry-guard'] || inputs['cloudformation-role-arn'] !== undefined) return [];
  const allowed =
    'false where cloudformation-role-arn is empty: the guard deletes stacks with the rights of that role';
  return [{ input: 'expiry-guard', allowed }];
}

/** What an environment on a base has of a VPC and a cluster is the base's. */
function outputsProblems(inputs: Pick<Raw, 'outputs-parameter-prefix' | 'base-environment'>) {
  const { 'outputs-parameter-prefix': prefix, 'base-environment': base } = inputs;
  if (prefix === undefined || base === undefined) return [];
  const allowed = 'nothing with base-environment, whose own parameters have its VPC and cluster';
  return [{ input: 'outputs-parameter-prefix', allowed }];
}

function extensionProblems(inputs: Pick<Raw, 'command' | 'expires-at'>) {
  if (inputs.command !== 'extend' || inputs['expires-at'] !== undefined) return [];
  return [{ input: 'expires-at', allowed: `${TIME}: the command extend requires it` }];
}

/** The zones and administrators for which `cfn/infra.yaml` has parameters. */
const TEMPLATE = { zones: MOST_ZONES, administrators: 6 };

function regionProblems(inputs: Pick<Raw, 'aws-region' | 'availability-zones'>) {
  const { 'aws-region': region, 'availability-zones': zones } = inputs;
  if (zones.length === 0) return [];
  const enough = zones.length >= FEWEST_ZONES && zones.length <= TEMPLATE.zones;
  const different = new Set(zones).size === zones.length;
  if (enough && different && zones.every((zone) => isZoneOf(region, zone))) return [];
  const example = `${region}a,${region}b`;
  const allowed = `${FEWEST_ZONES} or ${TEMPLATE.zones} different zones of ${region}, such as ${example}`;
  return [{ input: 'availability-zones', allowed }];
}

/** The zones that node groups name must do when no others are given. */
function openZoneProblems(inputs: Pick<Raw, 'aws-region' | 'node-groups' | 'availability-zones'>) {
  const input = 'node-groups';
  const region = inputs['aws-region'];
  const named = zonesNamed(groupsOf(inputs));
  const foreign = named.find((zone) => !isZoneOf(region, zone));
  if (foreign !== undefined) return [{ input, allowed: `zones of ${region} (not ${foreign})` }];
  if (named.length <= TEMPLATE.zones) return [];
  return [{ input, allowed: `at most ${TEMPLATE.zones} different zones` }];
}

function isZoneOf(region: string, zone: string): boolean {
  return zone.startsWith(region) && /^[a-z]$/.test(zone.slice(region.length));
}

function withValue({ input, value, allowed }: InputProblem) {
  return { input, allowed: value === '' ? allowed : `${allowed} (not ${value})` };
}

function administratorProblems(
  inputs: Pick<Raw, 'admin-role-arns' | 'role-to-assume' | 'chained-role'>,
) {
  const deployer = inputs['chained-role'] ?? inputs['role-to-assume'];
  const others = new Set(inputs['admin-role-arns'].filter((arn) => arn !== deployer));
  const most = TEMPLATE.administrators - 1;
  if (others.size <= most) return [];
  return [
    {
      input: 'admin-role-arns',
      allowed: `at most ${most} roles and users besides the role that deploys`,
    },
  ];
}
