import type { NetworkRequest } from '../../vpc/plan.ts';
import { type NodeGroup, nodeGroupsIn, zonesNamed } from '../node-groups.ts';
import { NONE, type Raw } from './schema.ts';

/** The Kubernetes version of a new cluster when none is asked for; an existing cluster keeps its own. */
export const NEW_CLUSTERS = '1.35';

/** The number of Multus networks when the input is left out. */
export const DEFAULT_NETWORKS = 2;

/** What the network is planned from, without the zones. */
export function networkRequestOf(
  inputs: Pick<Raw, 'vpc-cidr' | 'multus-networks' | 'subnet-cidrs'>,
): Omit<NetworkRequest, 'zones'> {
  return {
    vpcCidr: inputs['vpc-cidr'],
    multusNetworks: inputs['multus-networks'] ?? DEFAULT_NETWORKS,
    subnetCidrs: inputs['subnet-cidrs'],
  };
}

/** The node groups, or the one that an environment gets when none are named. */
export function groupsOf(
  inputs: Pick<Raw, 'node-groups' | 'availability-zones'>,
): readonly NodeGroup[] {
  return nodeGroupsIn(inputs['node-groups'], inputs['availability-zones']);
}

/** EKS requires so many: https://docs.aws.amazon.com/eks/latest/userguide/network-reqs.html */
export const FEWEST_ZONES = 2;

/** Stands for zones that are chosen later: as many as the node groups name, but two at least. */
export function openZones(groups: readonly NodeGroup[]): readonly string[] {
  const named = zonesNamed(groups);
  return [...named, 'one', 'another'].slice(0, Math.max(named.length, FEWEST_ZONES));
}

/** By default, the policy that `github-oidc.yaml` makes beside its role: `<role>-boundary`. */
export function boundaryOf(inputs: Raw): string | undefined {
  const given = inputs['permissions-boundary-arn'];
  if (given === NONE) return undefined;
  return (
    given ??
    inputs['cloudformation-role-arn']?.replace(/:role\/(?:.*\/)?([^/]+)$/, ':policy/$1-boundary')
  );
}
