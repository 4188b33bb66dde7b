import { type Cidr, cidrAt, contains, formatCidr, parseCidr, size } from '../core/ip.ts';
import type { MultusSubnet } from './plan.ts';

const ENI_PREFIX = 28;
/** AWS keeps the first four addresses of a subnet, and the last: https://docs.aws.amazon.com/vpc/latest/userguide/subnet-sizing.html */
const FIRST_KEPT = 4n;

/**
 * The /28 blocks of a part of a subnet that EC2 may assign as prefixes: all but those with addresses that AWS keeps.
 * Empty when a text is no network. Pure.
 */
export function prefixBlocks(subnetCidr: string, partCidr: string): readonly Cidr[] {
  const [subnet, part] = [parseCidr(subnetCidr), parseCidr(partCidr)];
  if (subnet === undefined || part === undefined || !contains(subnet, part)) return [];
  const first = subnet.first + FIRST_KEPT;
  return Array.from({ length: Math.floor(size(part) / 16) }, (_, index) =>
    cidrAt(part.first + 16n * BigInt(index), ENI_PREFIX),
  ).filter((block) => block.first >= first && block.last < subnet.last);
}

interface Present {
  readonly id: string;
  readonly zone: string;
  readonly cidr: string;
  readonly network: number;
  readonly ipv6Cidr?: string | undefined;
}

/**
 * A Multus subnet that others made. The environment reserves nothing in it, so EC2 takes prefixes from what the owner has
 * reserved for them, or from anywhere.
 */
export function givenMultusSubnet(
  { id, zone, cidr, network, ipv6Cidr }: Present,
  reservations: readonly string[],
): MultusSubnet {
  const largest = reservations
    .flatMap((text) => parseCidr(text) ?? [])
    .toSorted((a, b) => size(b) - size(a))
    .at(0);
  const prefixCidr = largest === undefined ? cidr : formatCidr(largest);
  const prefixes = prefixBlocks(cidr, prefixCidr).length;
  return {
    network,
    zone,
    cidr,
    prefixCidr,
    prefixes,
    givenId: id,
    ...(ipv6Cidr === undefined ? {} : { ipv6Cidr }),
  };
}
