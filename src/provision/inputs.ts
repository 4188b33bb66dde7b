import { type RoleChoice, roleRequest } from '../aws/credential-fields.ts';
import { type InputSource, parseInputs } from '../github/inputs.ts';
import { mirrored } from '../images/catalog.ts';
import type { RolloutLimits } from '../rollout/group-state.ts';
import type { GivenVpcRequest } from '../vpc/given-vpc.ts';
import type { NetworkPlan, NetworkRequest } from '../vpc/plan.ts';
import type { LaterInputs } from './choices/later-inputs.ts';
import type { ClusterInside, Refusal } from './given-cluster/cluster-inside.ts';
import type { GivenClusterRequest, PresentCluster } from './given-cluster/present-cluster.ts';
import { checkLater, checkTogether } from './inputs/check-together.ts';
import {
  boundaryOf,
  givenClusterOf,
  givenVpcOf,
  groupsOf,
  makesStacks,
  natGatewaysOf,
  networkCount,
  networkRequestOf,
  openZones,
  publicAccessOf,
} from './inputs/defaults.ts';
import { inputSchema, type Raw } from './inputs/schema.ts';
import type { NodeGroup } from './node-groups.ts';
import type { Answer } from './preflight/answer.ts';
import { withTypes } from './price/cheapest-type.ts';
import { type MaintenanceWindow, parseWindow } from './renew/maintenance-window.ts';

export { inputSchema };

export interface ProvisionInputs {
  readonly command: 'check' | 'plan' | 'deploy' | 'destroy' | 'renew' | 'extend' | 'sleep' | 'wake';
  readonly environment: string;
  /** The environment whose cluster this one uses; undefined for one with its own cluster. */
  readonly base: string | undefined;
  readonly region: string;
  readonly role: RoleChoice;
  /**
   * The subnets of the environment's own VPC; undefined on a base, for destroy, in a given VPC, and while the zones are
   * open.
   */
  readonly network: NetworkPlan | undefined;
  /** What the network is planned from, without the zones. */
  readonly networkRequest: Omit<NetworkRequest, 'zones'>;
  /** The parts of a VPC that others made; undefined for a VPC of the environment's own. */
  readonly givenVpc: GivenVpcRequest | undefined;
  /** A cluster that others made; undefined for a cluster of the environment's own, and on a base. */
  readonly givenCluster: GivenClusterRequest | undefined;
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
  /** When `renew` may replace nodes; undefined for never. */
  readonly window: MaintenanceWindow | undefined;
  /** Hours from creation; 0 for never, undefined to leave the expiry of existing stacks as it is. */
  readonly ttlHours: number | undefined;
  /** Whether AWS itself deletes the stacks some hours after the environment has expired. */
  readonly expiryGuard: boolean;
  /** When the environment expires after a renewal, in milliseconds since 1970; undefined when the tag of the stacks says it. */
  readonly renewedTo: number | undefined;
  /** Dollars; undefined for no limit. */
  readonly maxPricePerHour: number | undefined;
  readonly timeoutMs: number;
  /** The job's GitHub environment, whose rules are checked; undefined for no check. */
  readonly githubEnvironment: string | undefined;
  readonly githubToken: string | undefined;
  /** What the names of the SSM parameters for the stacks of others begin with; undefined for none. */
  readonly outputsPrefix: string | undefined;
  /** The registry with copies of the pack's images; undefined for the registries of their makers. */
  readonly imageRegistry: string | undefined;
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
  /** The ids of EKS's upgrade insights that do not stop an upgrade. */
  readonly acceptedInsights: readonly string[];
  readonly natGateways: 'one' | 'per-az' | 'none';
  readonly secretsEncryption: boolean;
  readonly publicAccessCidrs: readonly string[];
  /** Whether nodes may have a way to the internet: `none` has endpoints of the VPC in its place. */
  readonly internet: 'any' | 'none';
  readonly logs: readonly string[];
  readonly adminRoleArns: readonly string[];
  /** Whose rights the VPC CNI uses: its own by EKS Pod Identity, or the nodes'. */
  readonly vpcCniRights: 'pod-identity' | 'node-role';
  /** The cluster that others made, once it is known; undefined for one that the environment makes. */
  readonly given?: PresentCluster;
  /** What that cluster has inside; undefined without one. */
  readonly inside?: Answer<ClusterInside | Refusal>;
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
  const later = checkLater(parsed);
  const inputs = parsed.valid();
  return {
    command: inputs.command,
    environment: inputs.environment,
    base: inputs['base-environment'],
    region: inputs['aws-region'],
    role: roleRequest(inputs),
    network,
    networkRequest: networkRequestOf(inputs),
    givenVpc: givenVpcOf(inputs),
    givenCluster: givenClusterOf(inputs),
    zoneCount: openZones(groupsOf(inputs)).length,
    multusNetworks: inputs['multus-networks'],
    cluster: {
      kubernetesVersion: inputs['kubernetes-version'],
      acceptedInsights: inputs['accept-insights'],
      natGateways: natGatewaysOf(inputs),
      secretsEncryption: inputs['secrets-encryption'],
      publicAccessCidrs: publicAccessOf(inputs),
      internet: inputs.internet,
      logs: inputs['control-plane-logs'],
      adminRoleArns: inputs['admin-role-arns'],
      vpcCniRights: inputs['vpc-cni-rights'],
    },
    nodeGroups: typedGroups(inputs),
    keyName: inputs['key-name'],
    sessionManager: inputs['session-manager'],
    authentication: inputs.authentication ?? 'access-entries',
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
    window: inputs.window === undefined ? undefined : parseWindow(inputs.window),
    ttlHours: inputs['ttl-hours'],
    expiryGuard: inputs['expiry-guard'],
    renewedTo: inputs['expires-at'],
    maxPricePerHour: inputs['max-price-per-hour'],
    timeoutMs: inputs['timeout-minutes'] * 60_000,
    githubEnvironment: inputs['github-environment'],
    githubToken: inputs['github-token'],
    outputsPrefix: inputs['outputs-parameter-prefix'],
    imageRegistry: inputs['image-registry'],
    later,
  };
}

/** The node groups with their instance types. On a base, these are open until the networks of the base are known. */
function typedGroups(inputs: Raw): readonly NodeGroup[] {
  const groups = groupsOf(inputs);
  if (inputs['base-environment'] !== undefined) return groups;
  if (!makesStacks(inputs.command)) return groups;
  return withTypes(groups, inputs['aws-region'], networkCount(inputs));
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
    probeImage: mirrored(inputs['probe-image'], inputs['image-registry']),
  };
}
