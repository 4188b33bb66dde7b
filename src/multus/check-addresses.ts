import type { EnvironmentNetwork } from '../environment/environment.ts';
import {
  type Cidr,
  contains,
  formatAddress,
  lastAddress,
  parseAddress,
  parseCidr,
} from '../network/cidr.ts';
import type { AddressRange, Attachment } from './attachment.ts';
import type { NetworkProblem } from './network-spec.ts';

/** The first and the last address of a range, as numbers. */
interface Span {
  readonly first: number;
  readonly last: number;
}

/**
 * What is wrong with the addresses of a host-local network: the subnet must be one of the network's own,
 * the range must lie in it and clear of AWS's reserved addresses, the gateway must be in it and outside
 * the range. `known` is the environment's side of the network, when there is one.
 */
export function checkAddresses(
  attachment: Attachment,
  known: EnvironmentNetwork | undefined,
): readonly NetworkProblem[] {
  const value = attachment.subnet ?? '';
  const subnet = parseCidr(value);
  const problems: NetworkProblem[] = [...checkRoutes(attachment)];
  if (subnet === undefined || subnet.prefix > 30) {
    const allowed = 'an IPv4 network without host bits, such as 10.0.4.0/24';
    return [...problems, { place: 'subnet', value, allowed }];
  }
  const own = known?.subnets.map(({ cidr }) => cidr) ?? [];
  if (known !== undefined && !own.some((cidr) => within(cidr, subnet))) {
    const allowed = `(part of) a subnet of network ${known.network}: ${own.join(', ')}`;
    problems.push({ place: 'subnet', value, allowed });
  }
  const vpcSubnet = own.map(parseCidr).find((cidr) => cidr && contains(cidr, subnet)) ?? subnet;
  problems.push(...checkRange(attachment, subnet, vpcSubnet));
  return [...problems, ...checkGateway(attachment, subnet)];
}

/** The ranges of two networks must not share an address: each network hands out its own. */
export function checkOverlaps(attachments: readonly Attachment[]): readonly NetworkProblem[] {
  const ranged = attachments.flatMap(({ name, namespace, range }) => {
    const span = range === undefined ? undefined : spanOf(range);
    return span === undefined ? [] : [{ name, namespace, span, text: textOf(span) }];
  });
  return ranged.flatMap((one, index) =>
    ranged
      .slice(0, index)
      .filter(({ span }) => span.first <= one.span.last && one.span.first <= span.last)
      .map((other) => ({
        place: `${one.name}.range`,
        value: one.text,
        allowed: `a range clear of ${other.namespace}/${other.name}, which has ${other.text}`,
      })),
  );
}

/** The part of a VPC subnet that may be handed out: not its first four addresses, not its last.
 * https://docs.aws.amazon.com/vpc/latest/userguide/subnet-sizing.html */
function usable(subnet: Cidr): Span {
  return { first: subnet.base + 4, last: lastAddress(subnet) - 1 };
}

function checkRange(
  { range }: Attachment,
  subnet: Cidr,
  vpcSubnet: Cidr,
): readonly NetworkProblem[] {
  const bounds = usable(vpcSubnet);
  const first = Math.max(bounds.first, subnet.base);
  const last = Math.min(bounds.last, lastAddress(subnet));
  const allowed = `two addresses, lower first, from ${textOf({ first, last })} (the subnet without the five addresses that AWS reserves)`;
  if (range === undefined) return [{ place: 'range', value: '', allowed }];
  const span = spanOf(range);
  const fits = span !== undefined && first <= span.first && span.last <= last;
  return fits ? [] : [{ place: 'range', value: `${range.first}-${range.last}`, allowed }];
}

function checkGateway({ range, gateway }: Attachment, subnet: Cidr): readonly NetworkProblem[] {
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

/** Undefined when it is no range: not two addresses, or the higher one first. */
export function spanOf({ first, last }: AddressRange): Span | undefined {
  const [from, to] = [parseAddress(first), parseAddress(last)];
  return from === undefined || to === undefined || from > to
    ? undefined
    : { first: from, last: to };
}

function textOf({ first, last }: Span): string {
  return `${formatAddress(first)}-${formatAddress(last)}`;
}

function within(outer: string, inner: Cidr): boolean {
  const cidr = parseCidr(outer);
  return cidr !== undefined && contains(cidr, inner);
}
