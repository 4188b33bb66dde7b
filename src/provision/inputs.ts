import { z } from 'zod';
import {
  credentialFields,
  PRINCIPAL_ARN,
  PRINCIPAL_ARN_ALLOWED,
  ROLE_ARN,
  ROLE_ARN_ALLOWED,
  type RoleChoice,
  roleRequest,
} from '../aws/credential-fields.ts';
import { partitionOf } from '../aws/partition.ts';
import { probeImageField } from '../connectivity/probe/probe-image.ts';
import type { InputProblem } from '../core/errors.ts';
import { parseCidr } from '../core/ip.ts';
import { isReservedNamespace } from '../environment/shared-cluster.ts';
import { configField } from '../github/config-file.ts';
import {
  flag,
  type InputSource,
  inFileAs,
  list,
  listForm,
  oneOf,
  type ParsedInputs,
  parseInputs,
  text,
  wholeNumber,
  yaml,
} from '../github/inputs.ts';
import type { RolloutLimits } from '../rollout/group-state.ts';
import { type NetworkPlan, type NetworkRequest, planNetwork } from '../vpc/plan.ts';
import { type LaterInputs, laterFields, laterInputs } from './choices/later-inputs.ts';
import {
  interfaceProblems,
  type NodeGroup,
  nameProblems,
  nodeGroupsField,
  nodeGroupsIn,
  prefixProblems,
  zoneProblems,
  zonesNamed,
} from './node-groups.ts';

const LATER = Object.keys(laterFields) as readonly (keyof typeof laterFields)[];
const NONE = 'none';
const LOGS = ['api', 'audit', 'authenticator', 'controllerManager', 'scheduler'];
const LOGS_ALLOWED = `none, or some of ${LOGS.join(', ')}`;
const CIDRS_ALLOWED = 'none, or at most 40 IPv4 networks such as 203.0.113.0/24';
/** The most that EKS accepts: https://docs.aws.amazon.com/eks/latest/userguide/cluster-endpoint.html */
const MOST_CIDRS = 40;

/** A list, or the word `none` for an empty one: an empty input means its default. */
function noneOr(isAllowed: (item: string) => boolean, allowed: string, most: number) {
  const field = list(z.string().refine((item) => item === NONE || isAllowed(item), allowed))
    .refine((items) => items.length > 0 && items.length <= most, allowed)
    .refine((items) => new Set(items).size === items.length, `${allowed}, each once`)
    .refine((items) => items.length === 1 || !items.includes(NONE), allowed)
    .transform((items) => items.filter((item) => item !== NONE));
  return inFileAs(field, listForm());
}

const SUBNETS =
  'YAML such as { public: [a, b], private: [a, b], multus: [[net1 in a, net1 in b], [net2 in a, net2 in b]] }';
const cidrs = z.array(z.string({ error: SUBNETS }), { error: SUBNETS }).optional();
const subnetsSchema = z.strictObject(
  {
    public: cidrs,
    private: cidrs,
    multus: z
      .array(z.array(z.string({ error: SUBNETS }), { error: SUBNETS }), { error: SUBNETS })
      .optional(),
  },
  { error: SUBNETS },
);

const NAME = /^[a-z][a-z0-9-]{0,37}[a-z0-9]$/;
const NAME_ALLOWED =
  'lower-case letters, digits and - (2 to 39 characters, first a letter, last no -)';

const BOUNDARY = /^none$|^arn:[a-z-]+:iam::\d{12}:policy\/[\w+=,.@/-]+$/;
const BOUNDARY_ALLOWED =
  'the ARN of an IAM policy, such as arn:aws:iam::111122223333:policy/eks-multus-cloudformation-boundary, or none';
const LOGICAL_ID = /^[A-Za-z0-9]{1,255}$/;
const LOGICAL_ID_ALLOWED =
  'logical ids of resources, as the refusal of a deploy names them, such as PrivateSubnet1,Cluster';

/** The inputs of the action, by their names in `action.yml`. */
export const inputSchema = z.object({
  command: oneOf(['check', 'plan', 'deploy', 'destroy']).default('deploy'),
  environment: text(NAME, NAME_ALLOWED),
  'base-environment': text(NAME, NAME_ALLOWED).optional(),
  ...credentialFields,
  'vpc-cidr': z.string().default('10.0.0.0/16'),
  'availability-zones': list().default([]),
  'multus-networks': wholeNumber(1, 4).optional(),
  'subnet-cidrs': yaml(subnetsSchema, SUBNETS).optional(),
  'kubernetes-version': inFileAs(
    text(/^1\.(2[4-9]|[3-9]\d)$/, 'a Kubernetes version that EKS has, such as 1.34'),
    z.union([z.string(), z.number()]),
  ).optional(),
  'nat-gateways': oneOf(['one', 'per-az', NONE]).default('one'),
  'secrets-encryption': flag().default(true),
  'endpoint-public-access-cidrs': noneOr(
    (cidr) => parseCidr(cidr) !== undefined,
    CIDRS_ALLOWED,
    MOST_CIDRS,
  ).default(['0.0.0.0/0']),
  'control-plane-logs': noneOr((log) => LOGS.includes(log), LOGS_ALLOWED, LOGS.length).default([
    'api',
    'audit',
    'authenticator',
  ]),
  'node-groups': nodeGroupsField().optional(),
  'key-name': text(/^[\x21-\x7e]{1,255}$/, 'the name of an EC2 key pair').optional(),
  'session-manager': flag().default(false),
  'vpc-cni-rights': oneOf(['pod-identity', 'node-role']).default('pod-identity'),
  authentication: oneOf(['access-entries', 'aws-auth', 'both']).default('access-entries'),
  'admin-role-arns': list(text(PRINCIPAL_ARN, PRINCIPAL_ARN_ALLOWED)).default([]),
  'staging-bucket': text(
    /^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/,
    'a bucket name of 3 to 63 lower-case letters, digits and -',
  ).optional(),
  'on-failure': oneOf(['rollback', 'keep', 'delete']).default('rollback'),
  'allow-replacement': list(text(LOGICAL_ID, LOGICAL_ID_ALLOWED)).default([]),
  'revert-drift': flag().default(false),
  'termination-protection': flag().optional(),
  'cloudformation-role-arn': text(ROLE_ARN, ROLE_ARN_ALLOWED).optional(),
  'permissions-boundary-arn': text(BOUNDARY, BOUNDARY_ALLOWED).optional(),
  rollout: oneOf(['auto', 'never', 'now']).default('auto'),
  'max-surge': wholeNumber(0, 100).default(1),
  'max-unavailable': wholeNumber(0, 100).default(0),
  'drain-timeout': wholeNumber(1, 1440).default(15),
  'probe-image': probeImageField(),
  'ttl-hours': wholeNumber(0, 8760).optional(),
  'timeout-minutes': wholeNumber(1, 1440).default(60),
  'github-environment': text(/^[^\0]{1,255}$/, 'the name of a GitHub environment').optional(),
  'github-token': text(/^\S+$/, 'a token without spaces').optional(),
  ...laterFields,
  ...configField,
});

type Raw = z.output<typeof inputSchema>;

export interface ProvisionInputs {
  readonly command: 'check' | 'plan' | 'deploy' | 'destroy';
  readonly environment: string;
  /** The environment whose cluster this one uses; undefined for one with its own cluster. */
  readonly base: string | undefined;
  readonly region: string;
  readonly role: RoleChoice;
  /** The subnets of the environment's own VPC; undefined on a base, for destroy, and while the zones are open. */
  readonly network: NetworkPlan | undefined;
  /** What the network is planned from, without the zones. */
  readonly networkRequest: Omit<NetworkRequest, 'zones'>;
  /** How many zones the environment gets when the inputs name none. */
  readonly zoneCount: number;
  /** How many networks of the base are used; undefined for all. */
  readonly multusNetworks: number | undefined;
  readonly cluster: ClusterSettings;
  readonly nodeGroups: readonly NodeGroup[];
  readonly keyName: string | undefined;
  /** Whether Session Manager may open shells on nodes. */
  readonly sessionManager: boolean;
  readonly authentication: 'access-entries' | 'aws-auth' | 'both';
  /** Undefined: the pack's own bucket of the account and region. */
  readonly stagingBucket: string | undefined;
  readonly stackOptions: StackOptions;
  readonly rollout: RolloutSettings;
  /** Hours from creation; 0 for never, undefined to leave the expiry of existing stacks as it is. */
  readonly ttlHours: number | undefined;
  readonly timeoutMs: number;
  /** The job's GitHub environment, whose rules are checked; undefined for no check. */
  readonly githubEnvironment: string | undefined;
  readonly githubToken: string | undefined;
  /** What the steps after this one are asked for; undefined when none follow. */
  readonly later: LaterInputs | undefined;
}

/** How outdated nodes are replaced. */
export interface RolloutSettings {
  /** `auto`: those that are outdated; `now`: all of them; `never`: none. */
  readonly mode: 'auto' | 'never' | 'now';
  readonly limits: RolloutLimits;
  /** The image of the pods that probe new nodes. */
  readonly probeImage: string;
}

/** What shapes the environment's own cluster, beside its network. */
export interface ClusterSettings {
  /** Undefined: that of the existing cluster, or the default for a new one. */
  readonly kubernetesVersion: string | undefined;
  readonly natGateways: 'one' | 'per-az' | 'none';
  readonly secretsEncryption: boolean;
  readonly publicAccessCidrs: readonly string[];
  readonly logs: readonly string[];
  readonly adminRoleArns: readonly string[];
  /** Whose rights the VPC CNI uses: its own by EKS Pod Identity, or the nodes'. */
  readonly vpcCniRights: 'pod-identity' | 'node-role';
}

/** How CloudFormation treats the stacks. */
export interface StackOptions {
  readonly onFailure: 'rollback' | 'keep' | 'delete';
  /** Logical ids of the networks, clusters, keys and node groups that an update may replace or remove. */
  readonly allowReplacement: readonly string[];
  /** Whether updates also undo what was changed outside CloudFormation. */
  readonly revertDrift: boolean;
  /** Undefined leaves it as it is. */
  readonly terminationProtection: boolean | undefined;
  /** The role that CloudFormation works with; undefined for the caller's own. */
  readonly roleArn: string | undefined;
  /** The permissions boundary of the roles that the stacks make; undefined for none. */
  readonly boundaryArn: string | undefined;
}

/**
 * Reads and checks all inputs of the action, and plans the network of an environment with its own cluster.
 *
 * @throws InputError that names every bad input.
 */
export function readProvisionInputs(source?: InputSource): ProvisionInputs {
  const parsed = parseInputs(inputSchema, source);
  const network = checkTogether(parsed);
  let later: LaterInputs | undefined;
  parsed.check(['command', ...LATER], (inputs) => {
    const read = laterInputs(inputs, inputs.command === 'deploy');
    later = inputs.command === 'destroy' ? undefined : read.later;
    return read.problems.map(withValue);
  });
  const inputs = parsed.valid();
  return {
    command: inputs.command,
    environment: inputs.environment,
    base: inputs['base-environment'],
    region: inputs['aws-region'],
    role: roleRequest(inputs),
    network,
    networkRequest: networkRequestOf(inputs),
    zoneCount: openZones(groupsOf(inputs)).length,
    multusNetworks: inputs['multus-networks'],
    cluster: {
      kubernetesVersion: inputs['kubernetes-version'],
      natGateways: inputs['nat-gateways'],
      secretsEncryption: inputs['secrets-encryption'],
      publicAccessCidrs: inputs['endpoint-public-access-cidrs'],
      logs: inputs['control-plane-logs'],
      adminRoleArns: inputs['admin-role-arns'],
      vpcCniRights: inputs['vpc-cni-rights'],
    },
    nodeGroups: groupsOf(inputs),
    keyName: inputs['key-name'],
    sessionManager: inputs['session-manager'],
    authentication: inputs.authentication,
    stagingBucket: inputs['staging-bucket'],
    stackOptions: {
      onFailure: inputs['on-failure'],
      allowReplacement: inputs['allow-replacement'],
      revertDrift: inputs['revert-drift'],
      terminationProtection: inputs['termination-protection'],
      roleArn: inputs['cloudformation-role-arn'],
      boundaryArn: boundaryOf(inputs),
    },
    rollout: rolloutOf(inputs),
    ttlHours: inputs['ttl-hours'],
    timeoutMs: inputs['timeout-minutes'] * 60_000,
    githubEnvironment: inputs['github-environment'],
    githubToken: inputs['github-token'],
    later,
  };
}

/** An instance needs some minutes for its interfaces, and some to boot and to join. */
const JOINED_WITHIN_MS = 15 * 60_000;

function rolloutOf(inputs: Raw): RolloutSettings {
  return {
    mode: inputs.rollout,
    limits: {
      maxSurge: inputs['max-surge'],
      maxUnavailable: inputs['max-unavailable'],
      drainMs: inputs['drain-timeout'] * 60_000,
      joinMs: JOINED_WITHIN_MS,
    },
    probeImage: inputs['probe-image'],
  };
}

/** By default, the policy that `github-oidc.yaml` makes beside its role: `<role>-boundary`. */
function boundaryOf(inputs: Raw): string | undefined {
  const given = inputs['permissions-boundary-arn'];
  if (given === NONE) return undefined;
  return (
    given ??
    inputs['cloudformation-role-arn']?.replace(/:role\/(?:.*\/)?([^/]+)$/, ':policy/$1-boundary')
  );
}

/**
 * Checks inputs against each other. What a base must have is checked later, when its stacks are known.
 *
 * @returns the network plan of an environment with its own cluster.
 */
function checkTogether(parsed: ParsedInputs<Raw>): NetworkPlan | undefined {
  const { command, 'base-environment': base } = parsed.values;
  for (const role of ROLES) {
    parsed.check(['aws-region', role], (inputs) =>
      partitionProblems(inputs['aws-region'], role, inputs[role]),
    );
  }
  parsed.check(['environment', 'base-environment'], baseProblems);
  parsed.check(['max-surge', 'max-unavailable'], roomProblems);
  if (command === 'destroy') return undefined;
  const network = base === undefined ? checkOwnCluster(parsed) : undefined;
  parsed.check(['node-groups'], ({ 'node-groups': groups = [] }) => nameProblems(groups));
  return network;
}

/** The checks of an environment's own cluster are skipped when the command or the base is wrong. */
const OF_CLUSTER = ['command', 'base-environment'] as const;
const OF_NETWORK = [
  ...OF_CLUSTER,
  'vpc-cidr',
  'availability-zones',
  'multus-networks',
  'subnet-cidrs',
] as const;

function checkOwnCluster(parsed: ParsedInputs<Raw>): NetworkPlan | undefined {
  let network: NetworkPlan | undefined;
  parsed.check([...OF_CLUSTER, 'aws-region', 'availability-zones'], regionProblems);
  parsed.check(OF_NETWORK, (inputs) => {
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
    return zones.length === 0 ? openZoneProblems(inputs) : zoneProblems(groupsOf(inputs), zones);
  });
  parsed.check([...OF_CLUSTER, 'node-groups', 'availability-zones', 'multus-networks'], (inputs) =>
    interfaceProblems(groupsOf(inputs), inputs['multus-networks'] ?? DEFAULT_NETWORKS),
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

/** The Kubernetes version of a new cluster when none is asked for; an existing cluster keeps its own. */
export const NEW_CLUSTERS = '1.35';
/** The number of Multus networks when the input is left out. */
const DEFAULT_NETWORKS = 2;

function networkRequestOf(
  inputs: Pick<Raw, 'vpc-cidr' | 'multus-networks' | 'subnet-cidrs'>,
): Omit<NetworkRequest, 'zones'> {
  return {
    vpcCidr: inputs['vpc-cidr'],
    multusNetworks: inputs['multus-networks'] ?? DEFAULT_NETWORKS,
    subnetCidrs: inputs['subnet-cidrs'],
  };
}

function groupsOf(inputs: Pick<Raw, 'node-groups' | 'availability-zones'>): readonly NodeGroup[] {
  return nodeGroupsIn(inputs['node-groups'], inputs['availability-zones']);
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

/** The zones and administrators for which `cfn/infra.yaml` has parameters. EKS requires two zones. */
const TEMPLATE = { fewestZones: 2, zones: 3, administrators: 6 };

function regionProblems(inputs: Pick<Raw, 'aws-region' | 'availability-zones'>) {
  const { 'aws-region': region, 'availability-zones': zones } = inputs;
  if (zones.length === 0) return [];
  const enough = zones.length >= TEMPLATE.fewestZones && zones.length <= TEMPLATE.zones;
  const different = new Set(zones).size === zones.length;
  if (enough && different && zones.every((zone) => isZoneOf(region, zone))) return [];
  const example = `${region}a,${region}b`;
  const allowed = `${TEMPLATE.fewestZones} or ${TEMPLATE.zones} different zones of ${region}, such as ${example}`;
  return [{ input: 'availability-zones', allowed }];
}

/** Stands for zones that are chosen later: as many as the node groups name, but two at least. */
function openZones(groups: readonly NodeGroup[]): readonly string[] {
  const named = zonesNamed(groups);
  return [...named, 'one', 'another'].slice(0, Math.max(named.length, TEMPLATE.fewestZones));
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
