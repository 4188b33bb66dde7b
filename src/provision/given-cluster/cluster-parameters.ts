import type { Stack } from '../../cloudformation/stack-api.ts';
import { type Answer, known } from '../preflight/facts.ts';
import type { ClusterInside, Refusal } from './cluster-inside.ts';
import type { PresentCluster } from './present-cluster.ts';
import type { VpcCni } from './vpc-cni.ts';

/** What is known of a cluster that others made. */
interface GivenCluster {
  readonly given?: PresentCluster;
  readonly inside?: Answer<ClusterInside | Refusal>;
}

/** The VPC CNI of a cluster; undefined when there is none, or nobody knows. Pure. */
export function vpcCniOf(inside: GivenCluster['inside']): VpcCni | undefined {
  const found = known(inside);
  return found === undefined || 'refused' in found ? undefined : found.vpcCni;
}

/** Whether nodes may have the rights of the VPC CNI: the boundary of `github-own-cluster.yaml` leaves them out. Pure. */
export function mayHaveRights(
  { boundaryArn }: { readonly boundaryArn: string | undefined },
  { name }: Pick<PresentCluster, 'name'>,
): boolean {
  return boundaryArn?.endsWith(`-on-${name}`) !== true;
}

/** The parameters that say what the VPC CNI needs: an existing stack keeps them when nobody knows. */
export function unknownParameters({ given, inside }: GivenCluster): readonly string[] {
  const isKnown = given === undefined || vpcCniOf(inside) !== undefined;
  return isKnown ? [] : ['VpcCniRights', 'GivenClusterCustomNetworking'];
}

/** The parameters of `cfn/infra.yaml` for a cluster that others made; all empty for the stack's own cluster. */
export function givenClusterParameters({
  given: cluster,
  inside,
}: GivenCluster): Readonly<Record<string, string>> {
  return {
    GivenClusterName: cluster?.name ?? '',
    GivenClusterEndpoint: cluster?.endpoint ?? '',
    GivenClusterCertificateAuthority: cluster?.certificateAuthority ?? '',
    GivenClusterSecurityGroupId: cluster?.securityGroupId ?? '',
    GivenClusterServiceCidr: cluster?.serviceCidr ?? '',
    GivenClusterCustomNetworking: String(vpcCniOf(inside)?.customNetworking ?? false),
    GivenClusterAuthentication: cluster?.authenticationMode ?? 'API_AND_CONFIG_MAP',
  };
}

/** The name of the cluster that others made, by the parameters of an infra stack; undefined for the stack's own cluster. */
export function givenClusterName({ parameters }: Pick<Stack, 'parameters'>): string | undefined {
  // Stacks of older releases lack the parameter.
  return parameters['GivenClusterName'] || undefined;
}
