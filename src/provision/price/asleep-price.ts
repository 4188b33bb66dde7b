import { idsOf } from '../../cloudformation/outputs.ts';
import { nodeServices } from '../../vpc/node-services.ts';
import { givenClusterName } from '../given-cluster/cluster-parameters.ts';
import type { PresentEnvironment } from '../renew/present-environment.ts';
import { priceOf, priceText } from './price.ts';

/**
 * What an hour of an environment costs while its node groups sleep, in words: its cluster with NAT gateways and endpoints, by the parameters of
 * its stack. The root volumes of nodes go with the nodes. Pure.
 */
export function asleepPrice(
  region: string,
  { base, infra }: Pick<PresentEnvironment, 'base' | 'infra'>,
): string {
  const onward = 'Volumes and load balancers of workloads cost on';
  const owner = base ?? (givenClusterName(infra) === undefined ? undefined : 'others');
  if (owner !== undefined) {
    return `nothing while it sleeps. The cluster is that of ${owner}. ${onward}`;
  }
  const { parameters } = infra;
  const zones = idsOf(parameters, 'AvailabilityZones').length;
  const cluster = {
    natGateways: { none: 0, 'per-az': zones }[parameters['NatGateways'] ?? ''] ?? 1,
    endpoints: endpointsOf(parameters) * zones,
    secretsEncryption: parameters['SecretsEncryption'] === 'true',
  };
  const price = priceOf({ region, cluster, nodeGroups: [] });
  const parts = price.lines.map(({ part, count }) => (count === 1 ? part : `${count} × ${part}`));
  return `${priceText(price, region)} while it sleeps, for ${parts.join(', ')}. ${onward}`;
}

/** The interface endpoints that a stack makes in each zone. Stacks of older releases lack the parameters, and make none. */
function endpointsOf({ Internet, SessionManager, VpcCniRights, VpcId }: Texts): number {
  if (Internet !== 'none' || (VpcId ?? '') !== '') return 0;
  const vpcCniRights = VpcCniRights === 'pod-identity' ? 'pod-identity' : 'node-role';
  return nodeServices({ vpcCniRights, sessionManager: SessionManager === 'true' }).length;
}

type Texts = Readonly<Record<string, string>>;
