import { share } from '../../../core/ip.ts';
import { kindOf, type MultusRoute } from '../../../vpc/multus-routes.ts';
import { known, type VpcConnections } from '../facts.ts';
import { type SetUp, vpcIdOf } from '../set-up.ts';
import { type Check, type Finding, notice, problem } from './finding.ts';

/** What a route leads to must be connected with the VPC; EC2 takes no other. */
export const checkRoutes: Check = {
  name: 'Routes beyond the VPC',
  needs: ['connections'],
  find(setUp, facts) {
    const connections = known(facts.connections);
    const vpcId = vpcIdOf(setUp);
    if (connections === undefined || vpcId === undefined) return [];
    return (setUp.network.routes ?? []).flatMap((route) => findingsOf(route, vpcId, connections));
  },
};

function findingsOf(
  { destination, target }: MultusRoute,
  vpcId: string,
  { peerings, transitGateways }: VpcConnections,
): readonly Finding[] {
  const kind = kindOf(target);
  if (kind === 'tgw') {
    if (transitGateways.includes(target)) return [];
    const text = `multus-routes: ${vpcId} is not attached to ${target}`;
    return [problem(text, 'attach it, with a subnet in each zone that has nodes')];
  }
  if (kind !== 'pcx') return [];
  const peering = peerings.find(({ id }) => id === target);
  if (peering === undefined) {
    const ids = peerings.map(({ id }) => id).join(', ') || 'none';
    const text = `multus-routes: ${target} is no VPC peering connection of ${vpcId}, which has ${ids}`;
    return [problem(text, 'name one of these, or make one')];
  }
  const { status, otherRanges } = peering;
  if (status !== 'active') {
    const text = `multus-routes: the VPC peering connection ${target} is ${status}`;
    return [problem(text, 'let the owner of the other VPC accept it, or make another one')];
  }
  if (otherRanges.length === 0 || otherRanges.some((range) => share(range, destination))) return [];
  return [
    notice(
      `multus-routes: ${destination} is no range of the VPC behind ${target}, which has ${otherRanges.join(', ')}`,
      'name these ranges; a VPC peering connection leads no further than the other VPC',
    ),
  ];
}

/** A VPC that does not exist yet is connected with nothing, so its first deploy can have no routes. */
export function newVpcFindings(setUp: Pick<SetUp, 'network' | 'infra'>): readonly Finding[] {
  const { routes = [] } = setUp.network;
  if (routes.length === 0 || vpcIdOf(setUp) !== undefined) return [];
  const targets = routes.map(({ target }) => target).join(', ');
  return [
    problem(
      `multus-routes: the deploy makes the VPC, so ${targets} cannot lead out of it yet`,
      'deploy without multus-routes, connect the VPC, then deploy with them',
    ),
  ];
}
