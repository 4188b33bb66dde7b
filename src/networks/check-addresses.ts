import {
  type Cidr,
  contains,
  formatAddress,
  lastAddress,
  meet,
  parseAddress,
  parseCidr,
  type Span,
  sizeOf,
  spanOf,
  spanOfCidr,
  spanText,
} from '../core/ip.ts';
import type { Environment, EnvironmentNetwork } from '../environment/environment.ts';
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

/**
 * Is there an address for each of the pods that a node is to have on a network? host-local has its range on
 * each node, whereabouts has one for all nodes. For eni-prefix the network interfaces tell: `checkInterfaces`.
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

/**
 * The ranges of two networks must not share an address: each network hands out its own. Only whereabouts
 * looks at what other networks of whereabouts have handed out. Pure.
 */
export function checkOverlaps(attachments: readonly Attachment[]): readonly NetworkProblem[] {
  const spans = attachments.flatMap((attachment) =>
    handedOut(attachment).map((span) => ({ attachment, span })),
  );
  return spans.flatMap((one, index) =>
    spans
      .slice(0, index)
      .filter(({ span }) => meet(span, one.span))
      .filter(({ attachment }) => !knowOfEachOther(attachment, one.attachment))
      .map((other) => ({
        place: `${one.attachment.name}.range`,
        value: spanText(one.span),
        allowed: `a range clear of ${other.attachment.namespace}/${other.attachment.name}, which has ${spanText(other.span)}`,
      })),
  );
}

function knowOfEachOther(one: Attachment, other: Attachment): boolean {
  return one.ipam === 'whereabouts' && other.ipam === 'whereabouts';
}

/** The addresses that a network's IPAM counts through, as far as they can be read. Pure. */
export function handedOut({ pools, exclude }: Attachment): readonly Span[] {
  const cut = exclude.flatMap((text) => {
    const cidr = parseCidr(text);
    return cidr === undefined ? [] : [spanOfCidr(cidr)];
  });
  return pools
    .flatMap((pool) => poolSpan(pool) ?? [])
    .flatMap((span) =>
      cut.reduce<readonly Span[]>((rest, one) => rest.flatMap(without(one)), [span]),
    );
}

/** How many addresses that is. */
export function addressCount(attachment: Attachment): number {
  return handedOut(attachment).reduce((sum, span) => sum + sizeOf(span), 0);
}

function poolSpan({ subnet, range }: Pool): Span | undefined {
  if (range !== undefined) return spanOf(range);
  const cidr = parseCidr(subnet);
  if (cidr === undefined) return undefined;
  const { first, last } = spanOfCidr(cidr);
  return { first: first + 1, last: last - 1 };
}

function without(cut: Span): (span: Span) => readonly Span[] {
  return (span) =>
    meet(span, cut)
      ? [
          { first: span.first, last: cut.first - 1 },
          { first: cut.last + 1, last: span.last },
        ].filter(({ first, last }) => first <= last)
      : [span];
}
