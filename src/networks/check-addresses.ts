import {
  type Cidr,
  canonicalNetwork,
  contains,
  formatAddress,
  formatRange,
  hostsOf,
  intersection,
  isAddress,
  isIpv6,
  isNetwork,
  parseAddress,
  parseCidr,
  parseRange,
  type Range,
} from '../core/ip.ts';
import { type Environment, type EnvironmentNetwork, hasIpv6 } from '../environment/environment.ts';
import { type Attachment, addressCount, type Pool } from './attachment.ts';
import type { NetworkProblem } from './network-spec.ts';

/**
 * Checks the addresses of a network. Its subnet must be (part of) a subnet that the environment has for the network.
 * Its range must lie in the subnet and avoid the addresses that AWS reserves. Its gateway must lie in the subnet and
 * outside the range. A bridge stays inside its node, so the rules of the VPC do not apply to it. Pure.
 *
 * @param known the network in the environment, when there is one.
 */
export function checkAddresses(
  attachment: Attachment,
  known: EnvironmentNetwork | undefined,
): readonly NetworkProblem[] {
  const inVpc = attachment.type !== 'bridge';
  return [
    ...checkRoutes(attachment, attachment.ipam === 'eni-prefix' && hasIpv6(known)),
    ...checkExclude(attachment),
    ...attachment.pools.flatMap((pool) => checkPool(pool, known, inVpc)),
  ];
}

/** Checks one pool: see checkAddresses. Pure. */
export function checkPool(
  pool: Pool,
  known: EnvironmentNetwork | undefined,
  inVpc: boolean,
): readonly NetworkProblem[] {
  const value = pool.subnet;
  const subnet = parseCidr(value);
  if (subnet === undefined || subnet.prefix > 30) {
    const allowed = 'an IPv4 network without host bits, such as 10.0.4.0/24';
    return [{ place: 'subnet', value, allowed }];
  }
  if (!inVpc) return [...checkRange(pool, subnet, undefined), ...checkGateway(pool, subnet)];
  const problems: NetworkProblem[] = [];
  const own = known?.subnets.map(({ cidr }) => cidr) ?? [];
  if (known !== undefined && !own.some((cidr) => within(cidr, subnet))) {
    const allowed = `(part of) a subnet of network ${known.network}: ${own.join(', ')}`;
    problems.push({ place: 'subnet', value, allowed });
  }
  const vpcSubnet = own.map(parseCidr).find((cidr) => cidr && contains(cidr, subnet)) ?? subnet;
  problems.push(...checkRange(pool, subnet, vpcSubnet));
  return [...problems, ...checkGateway(pool, subnet)];
}

/** A VPC subnet without the five addresses that AWS reserves: its first four and its last.
 * https://docs.aws.amazon.com/vpc/latest/userguide/subnet-sizing.html */
function usable({ bits, first, last }: Cidr): Range {
  return { bits, first: first + 4n, last: last - 1n };
}

function checkRange(
  { range }: Pool,
  subnet: Cidr,
  vpcSubnet: Cidr | undefined,
): readonly NetworkProblem[] {
  const bounds =
    vpcSubnet === undefined ? hostsOf(subnet) : intersection(usable(vpcSubnet), subnet);
  const why = vpcSubnet === undefined ? '' : ' without the five addresses that AWS reserves';
  const allowed = `two addresses, lower first, from ${formatRange(bounds)} (the subnet${why})`;
  if (range === undefined) {
    return vpcSubnet === undefined ? [] : [{ place: 'range', value: '', allowed }];
  }
  const given = parseRange(range);
  const fits = given !== undefined && contains(bounds, given);
  return fits ? [] : [{ place: 'range', value: formatRange(range), allowed }];
}

function checkGateway({ range, gateway }: Pool, subnet: Cidr): readonly NetworkProblem[] {
  if (gateway === undefined) return [];
  const address = parseAddress(gateway);
  if (address === undefined || !contains(hostsOf(subnet), address)) {
    const allowed = `an address of the subnet, usually ${formatAddress(subnet.first + 1n)}`;
    return [{ place: 'gateway', value: gateway, allowed }];
  }
  const allocated = range && parseRange(range);
  return allocated && contains(allocated, address)
    ? [{ place: 'gateway', value: gateway, allowed: 'an address outside the range' }]
    : [];
}

/** @param dualStack whether pods on the network have IPv6 addresses, too */
function checkRoutes({ routes }: Attachment, dualStack: boolean): readonly NetworkProblem[] {
  return routes.flatMap(({ dst, gw }, index) => {
    if (dualStack && isIpv6Network(dst)) return gatewayProblems(gw, isIpv6Address, index, 'IPv6');
    const allowed = dualStack
      ? 'an IPv4 or IPv6 network without host bits'
      : 'an IPv4 network without host bits';
    return [
      ...(parseCidr(dst) === undefined
        ? [{ place: `routes.${index}.dst`, value: dst, allowed }]
        : []),
      ...gatewayProblems(gw, (text) => parseAddress(text) !== undefined, index, 'IPv4'),
    ];
  });
}

function gatewayProblems(
  gw: string | undefined,
  isGood: (text: string) => boolean,
  index: number,
  family: 'IPv4' | 'IPv6',
): readonly NetworkProblem[] {
  if (gw === undefined || isGood(gw)) return [];
  return [{ place: `routes.${index}.gw`, value: gw, allowed: `an ${family} address` }];
}

function isIpv6Network(text: string): boolean {
  return isIpv6(text) && isNetwork(text) && canonicalNetwork(text) === text;
}

function isIpv6Address(text: string): boolean {
  return isIpv6(text) && isAddress(text);
}

function checkExclude({ pools }: Attachment): readonly NetworkProblem[] {
  const excluded = pools.flatMap(({ exclude }) => exclude);
  return excluded.flatMap((value, index) =>
    parseCidr(value) === undefined
      ? [{ place: `exclude.${index}`, value, allowed: 'an IPv4 network without host bits' }]
      : [],
  );
}

function within(outer: string, inner: Cidr): boolean {
  const cidr = parseCidr(outer);
  return cidr !== undefined && contains(cidr, inner);
}

/**
 * Checks that the range has an address for each pod that a node shall have on the network. With host-local every node
 * has the whole range; with whereabouts all nodes share it. `checkInterfaces` checks eni-prefix. Pure.
 */
export function checkCapacity(
  attachment: Attachment,
  environment: Environment | undefined,
): readonly NetworkProblem[] {
  const { ipam, podsPerNode } = attachment;
  if (podsPerNode === undefined || (ipam !== 'host-local' && ipam !== 'whereabouts')) return [];
  const addresses = addressCount(attachment);
  const nodes = ipam === 'whereabouts' ? mostNodes(environment) : 1;
  const most = Math.floor(addresses / nodes);
  if (podsPerNode <= most) return [];
  const shared = nodes === 1 ? '' : `, for up to ${nodes} nodes`;
  const allowed = `at most ${most}, as ${ipam} has ${addresses} addresses${shared}; or a larger range`;
  return [{ place: 'pods-per-node', value: String(podsPerNode), allowed }];
}

function mostNodes(environment: Environment | undefined): number {
  return environment?.nodeGroups.reduce((sum, { max }) => sum + max, 0) || 1;
}
