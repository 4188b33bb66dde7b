import type { InputProblem } from '../../core/errors.ts';
import type { GivenVpcRequest } from '../../vpc/given-vpc.ts';

/** How nodes may get into a cluster, as the input `authentication` says it. */
type Authentication = 'access-entries' | 'aws-auth' | 'both';

/** A cluster that others made, and the parts of its VPC that an environment is to use. */
export interface GivenClusterRequest {
  readonly name: string;
  /** Undefined: what the cluster allows. */
  readonly authentication: Authentication | undefined;
  readonly vpc: Omit<GivenVpcRequest, 'vpcId'>;
}

/** A cluster as EKS describes it. */
export interface PresentCluster {
  readonly name: string;
  /** `ACTIVE`, `UPDATING`, `CREATING`, … */
  readonly status: string;
  readonly version: string;
  /** EKS gives every cluster another one, also a later one of the same name. */
  readonly endpoint: string;
  readonly certificateAuthority: string;
  /** The range of Services; undefined when they have IPv6 addresses. */
  readonly serviceCidr: string | undefined;
  readonly vpcId: string;
  /** The subnets in which EKS has put its own interfaces. */
  readonly subnetIds: readonly string[];
  /** The group that EKS made for the control plane and for nodes. */
  readonly securityGroupId: string;
  readonly authenticationMode: 'API' | 'API_AND_CONFIG_MAP' | 'CONFIG_MAP';
  readonly tags: Readonly<Record<string, string>>;
}

/** A subnet that leads to no internet gateway. */
export interface PrivateSubnet {
  readonly id: string;
  readonly zone: string;
}

export type FitToCluster =
  | { readonly vpc: GivenVpcRequest; readonly authentication: Authentication }
  | { readonly problems: readonly InputProblem[] };

/**
 * Completes a request by what the cluster says: its VPC, its private subnets where the inputs name none, and the way in
 * for nodes. Pure.
 *
 * @param privateSubnets of the cluster's subnets, those that lead to no internet gateway
 */
export function fitToCluster(
  request: GivenClusterRequest,
  cluster: PresentCluster,
  privateSubnets: readonly PrivateSubnet[],
): FitToCluster {
  const authentication = request.authentication ?? DEFAULT_WAY[cluster.authenticationMode];
  const problems = [...familyProblems(cluster), ...authenticationProblems(request, cluster)];
  const { zones, privateSubnets: named } = request.vpc;
  const usable = privateSubnets.filter(({ zone }) => zones.length === 0 || zones.includes(zone));
  if (named.length === 0 && usable.length === 0) problems.push(noSubnets(cluster, zones));
  if (problems.length > 0) return { problems };
  const chosen = named.length > 0 ? named : usable.map(({ id }) => ({ id }));
  const { name, vpcId } = cluster;
  const vpc = { ...request.vpc, vpcId, cluster: name, privateSubnets: chosen };
  return { authentication, vpc };
}

const DEFAULT_WAY = {
  API: 'access-entries',
  API_AND_CONFIG_MAP: 'access-entries',
  CONFIG_MAP: 'aws-auth',
} as const;

/** https://docs.aws.amazon.com/eks/latest/userguide/setting-up-access-entries.html */
const WAYS: Readonly<Record<PresentCluster['authenticationMode'], readonly Authentication[]>> = {
  API: ['access-entries'],
  API_AND_CONFIG_MAP: ['access-entries', 'aws-auth', 'both'],
  CONFIG_MAP: ['aws-auth'],
};

function authenticationProblems(
  { authentication }: GivenClusterRequest,
  { name, authenticationMode: mode }: PresentCluster,
): readonly InputProblem[] {
  const ways = WAYS[mode];
  if (authentication === undefined || ways.includes(authentication)) return [];
  const allowed = `${ways.join(' or ')}, or nothing: the authentication mode of the cluster ${name} is ${mode}`;
  return [{ input: 'authentication', value: authentication, allowed }];
}

/** Multus networks have IPv4 prefixes, and nodes find DNS in the range of Services. */
function familyProblems({ name, serviceCidr }: PresentCluster): InputProblem[] {
  if (serviceCidr !== undefined) return [];
  const allowed = 'a cluster whose pods and Services have IPv4 addresses (ipFamily ipv4)';
  return [{ input: 'existing-cluster', value: name, allowed }];
}

function noSubnets({ name, subnetIds }: PresentCluster, zones: readonly string[]): InputProblem {
  const where = zones.length === 0 ? '' : ` in ${zones.join(', ')}`;
  const allowed = `one private subnet in each zone for the nodes: of the subnets of the cluster ${name} (${subnetIds.join(', ')}), all${where} lead to an internet gateway`;
  return { input: 'private-subnets', value: '', allowed };
}
