import type { EnvironmentNetwork } from '../environment/environment.ts';
import {
  type Cidr,
  contains,
  formatAddress,
  lastAddress,
  parseAddress,
  parseCidr,
} from '../network/cidr.ts';
import { type Span, spanOf, spanText } from './address-span.ts';
import type { Attachment, Pool } from './attachment.ts';
import type { NetworkProblem } from './network-spec.ts';

/**
 * What is wrong with the addresses of a network: a subnet must be one of the network's own, a range must lie
 * in it and clear of AWS's reserved addresses, a gateway must be in it and outside the range. What stays on
 * a bridge inside each node is not of the VPC. `known` is the environment's side of the network, when there
 * is one.
 */
export function checkAddresses(
  attachment: Attachment,
  known: EnvironmentNetwork | undefined,
): readonly NetworkProblem[] {
  const inVpc = attachment.type !== 'bridge';
  return [
    ...checkRoutes(attachment),
    ...checkExclude(attachment),
    ...attachment.pools.flatMap((pool) => checkPool(pool, known, inVpc)),
  ];
}

function checkPool(
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

/** The part of a VPC subnet that may be handed out: not its first four addresses, not its last.
 * https://docs.aws.amazon.com/vpc/latest/userguide/subnet-sizing.html */
function usable(subnet: Cidr): Span {
  return { first: subnet.base + 4, last: lastAddress(subnet) - 1 };
}

function checkRange(
  { range }: Pool,
  subnet: Cidr,
  vpcSubnet: Cidr | undefined,
): readonly NetworkProblem[] {
  const hosts = { first: subnet.base + 1, last: lastAddress(subnet) - 1 };
  const bounds = vpcSubnet === undefined ? hosts : usable(vpcSubnet);
  const first = Math.max(bounds.first, subnet.base);
  const last = Math.min(bounds.last, lastAddress(subnet));
  const why = vpcSubnet === undefined ? '' : ' without the five addresses that AWS reserves';
  const allowed = `two addresses, lower first, from ${spanText({ first, last })} (the subnet${why})`;
  if (range === undefined) {
    return vpcSubnet === undefined ? [] : [{ place: 'range', value: '', allowed }];
  }
  const span = spanOf(range);
  const fits = span !== undefined && first <= span.first && span.last <= last;
  return fits ? [] : [{ place: 'range', value: `${range.first}-${range.last}`, allowed }];
}

function checkGateway({ range, gateway }: Pool, subnet: Cidr): readonly NetworkProblem[] {
  if (gateway === undefined) return [];
  const address = parseAddress(gateway);
  const inside = address !== undefined && subnet.base < address && address < lastAddress(subnet);
  if (!inside) {
    const allowed = `an address of the subnet, usually ${formatAddress(subnet.base + 1)}`;
    return [{ place: 'gateway', value: gateway, allowed }];
  }
  const span = range === undefined ? undefined : spanOf(range);
  const taken = span !== undefined && span.first <= address && address <= span.last;
  return taken
    ? [{ place: 'gateway', value: gateway, allowed: 'an address outside the range' }]
    : [];
}

function checkRoutes({ routes }: Attachment): readonly NetworkProblem[] {
  return routes.flatMap(({ dst, gw }, index) => [
    ...(parseCidr(dst) === undefined
      ? [{ place: `routes.${index}.dst`, value: dst, allowed: 'an IPv4 network without host bits' }]
      : []),
    ...(gw !== undefined && parseAddress(gw) === undefined
      ? [{ place: `routes.${index}.gw`, value: gw, allowed: 'an IPv4 address' }]
      : []),
  ]);
}

function checkExclude({ exclude }: Attachment): readonly NetworkProblem[] {
  return exclude.flatMap((value, index) =>
    parseCidr(value) === undefined
      ? [{ place: `exclude.${index}`, value, allowed: 'an IPv4 network without host bits' }]
      : [],
  );
}

function within(outer: string, inner: Cidr): boolean {
  const cidr = parseCidr(outer);
  return cidr !== undefined && contains(cidr, inner);
}
