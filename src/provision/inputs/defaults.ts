import type { GivenVpcRequest } from '../../vpc/given-vpc.ts';
import { FEWEST_ZONES, type NetworkRequest } from '../../vpc/plan.ts';
import type { GivenClusterRequest } from '../given-cluster/present-cluster.ts';
import { type NodeGroup, nodeGroupsIn, zonesNamed } from '../node-groups.ts';
import { DUAL_STACK, NONE, type Raw } from './schema.ts';

/** Whether a command makes or plans the stacks of the inputs, so that these have to fit together. */
export function makesStacks(command: Raw['command']): boolean {
  return command === 'check' || command === 'plan' || command === 'deploy';
}

/** The Kubernetes version of a new cluster when none is asked for; an existing cluster keeps its own. */
export const NEW_CLUSTERS = '1.35';

/** The number of Multus networks when no input says it. */
const DEFAULT_NETWORKS = 2;
const DEFAULT_VPC = '10.0.0.0/16';

/** Whether others made the VPC: the one that the inputs name, or that of a cluster that others made. */
export function isInGivenVpc(inputs: Pick<Raw, 'vpc-id' | 'existing-cluster'>): boolean {
  return inputs['vpc-id'] !== undefined || inputs['existing-cluster'] !== undefined;
}

type OfNetworks =
  | 'existing-cluster'
  | 'multus-networks'
  | 'multus-subnets'
  | 'subnet-cidrs'
  | 'vpc-id';

/** The number of Multus networks of an environment that is on no base. */
export function networkCount(inputs: Pick<Raw, OfNetworks>): number {
  const listed = isInGivenVpc(inputs)
    ? Math.max(inputs['multus-subnets']?.length ?? 0, inputs['subnet-cidrs']?.multus?.length ?? 0)
    : 0;
  return inputs['multus-networks'] ?? (listed > 0 ? listed : DEFAULT_NETWORKS);
}

/** What the network of a VPC of the environment's own is planned from, without the zones. */
export function networkRequestOf(
  inputs: Pick<
    Raw,
    OfNetworks | 'internet' | 'multus-cidr' | 'multus-ip-family' | 'multus-routes' | 'vpc-cidr'
  >,
): Omit<NetworkRequest, 'zones'> {
  return {
    vpcCidr: inputs['vpc-cidr'] ?? DEFAULT_VPC,
    multusNetworks: networkCount(inputs),
    subnetCidrs: inputs['subnet-cidrs'],
    withoutInternet: inputs.internet === NONE,
    multusCidr: inputs['multus-cidr'],
    routes: inputs['multus-routes'],
    dualStack: inputs['multus-ip-family'] === DUAL_STACK,
  };
}

/** The VPC that the inputs name, and its parts; undefined without `vpc-id`. */
export function givenVpcOf(inputs: Raw): GivenVpcRequest | undefined {
  const vpcId = inputs['vpc-id'];
  return vpcId === undefined ? undefined : { vpcId, ...vpcPartsOf(inputs) };
}

/** The cluster that others made, and the parts of its VPC; undefined for a cluster of the environment's own. */
export function givenClusterOf(inputs: Raw): GivenClusterRequest | undefined {
  const name = inputs['existing-cluster'];
  if (name === undefined) return undefined;
  return { name, authentication: inputs.authentication, vpc: vpcPartsOf(inputs) };
}

function vpcPartsOf(inputs: Raw): Omit<GivenVpcRequest, 'vpcId'> {
  return {
    zones: inputs['availability-zones'],
    privateSubnets: inputs['private-subnets'],
    multusNetworks: networkCount(inputs),
    multusSubnets: inputs['multus-subnets'] ?? [],
    subnetCidrs: inputs['subnet-cidrs'],
    routes: inputs['multus-routes'],
    dualStack: inputs['multus-ip-family'] === DUAL_STACK,
  };
}

/** A given VPC has its own ways out, and without internet there are none. */
export function natGatewaysOf(
  inputs: Pick<Raw, 'existing-cluster' | 'internet' | 'nat-gateways' | 'vpc-id'>,
) {
  const makesOne = !isInGivenVpc(inputs) && inputs.internet !== NONE;
  return inputs['nat-gateways'] ?? (makesOne ? 'one' : NONE);
}

/** Who may reach the cluster's API from the internet: by default everybody, and nobody in an environment without internet. */
export function publicAccessOf(
  inputs: Pick<Raw, 'internet' | 'endpoint-public-access-cidrs'>,
): readonly string[] {
  return inputs['endpoint-public-access-cidrs'] ?? (inputs.internet === NONE ? [] : ['0.0.0.0/0']);
}

/** The node groups, or the one that an environment gets when none are named. */
export function groupsOf(
  inputs: Pick<Raw, 'node-groups' | 'availability-zones'>,
): readonly NodeGroup[] {
  return nodeGroupsIn(inputs['node-groups'], inputs['availability-zones']);
}

/** Stands for zones that are chosen later: as many as the node groups name, but two at least. */
export function openZones(groups: readonly NodeGroup[]): readonly string[] {
  const named = zonesNamed(groups);
  return [...named, 'one', 'another'].slice(0, Math.max(named.length, FEWEST_ZONES));
}

/**
 * By default, the policy that `github-oidc.yaml` makes beside its role: `<role>-boundary`. On a cluster of others, the one that
 * `github-own-cluster.yaml` makes: `<role>-on-<cluster>`.
 */
export function boundaryOf(inputs: Raw): string | undefined {
  const { 'existing-cluster': cluster, 'permissions-boundary-arn': given } = inputs;
  if (given === NONE) return undefined;
  return (
    given ??
    inputs['cloudformation-role-arn']?.replace(
      /:role\/(?:.*\/)?([^/]+)$/,
      `:policy/$1-${cluster === undefined ? 'boundary' : `on-${cluster}`}`,
    )
  );
}
