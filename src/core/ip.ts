import ipaddr from 'ipaddr.js';

/** Consecutive addresses of one family as numbers, both ends included. A single address is a range of one. */
export interface Range {
  /** The length of an address: 32 with IPv4, 128 with IPv6. */
  readonly bits: number;
  readonly first: bigint;
  readonly last: bigint;
}

/** A network: the addresses that share their first `prefix` bits. */
export interface Cidr extends Range {
  readonly prefix: number;
}

/** A range as a configuration writes it, which may have any text. Both ends are included. */
export interface AddressRange {
  readonly first: string;
  readonly last: string;
}

/** Whether the text of an address or a network is one of IPv6; false for none. It does not parse it, as hot loops ask. */
export function isIpv6(text: string | undefined): boolean {
  return text?.includes(':') === true;
}

/** True for an IPv4 or IPv6 address. */
export function isAddress(text: string): boolean {
  return isIpv6(text) ? ipaddr.IPv6.isValid(text) : ipaddr.IPv4.isValidFourPartDecimal(text);
}

/** True for a network in CIDR form, IPv4 or IPv6, also with host bits. */
export function isNetwork(text: string): boolean {
  return familyOf(text).isValidCIDR(text) && isAddress(text.split('/')[0] ?? '');
}

/** Reads an IPv4 address in dotted form. Undefined for any other text, also with leading zeros. */
export function parseAddress(text: string): Range | undefined {
  return ipaddr.IPv4.isValidFourPartDecimal(text) ? addressOf(ipaddr.IPv4.parse(text)) : undefined;
}

/** Reads the IPv4 network `a.b.c.d/n`. Undefined for any other text, or when host bits are set. */
export function parseCidr(text: string): Cidr | undefined {
  if (!ipaddr.IPv4.isValidCIDR(text)) return undefined;
  const cidr = readNetwork(text);
  return formatCidr(cidr) === text ? cidr : undefined;
}

/** Reads a range of IPv4 addresses. Undefined when an end is no address, or the higher one comes first. */
export function parseRange({ first, last }: AddressRange): Range | undefined {
  const [from, to] = [parseAddress(first), parseAddress(last)];
  if (from === undefined || to === undefined || from.first > to.first) return undefined;
  return { ...from, last: to.last };
}

/** The network with this prefix length that has an address; an IPv4 network when `bits` is not given. */
export function cidrAt(address: bigint, prefix: number, bits = 32): Cidr {
  const hostBits = BigInt(bits - prefix);
  const first = (address >> hostBits) << hostBits;
  return { bits, prefix, first, last: first + (1n << hostBits) - 1n };
}

/** The text of an address; of an IPv4 address when `bits` is not given. */
export function formatAddress(address: bigint, bits = 32): string {
  const bytes = Array.from({ length: bits / 8 }, (_, index) =>
    Number((address >> BigInt(bits - 8 - index * 8)) & 0xffn),
  );
  return ipaddr.fromByteArray(bytes).toString();
}

/** `10.0.4.0/24` */
export function formatCidr({ first, prefix, bits }: Cidr): string {
  return `${formatAddress(first, bits)}/${prefix}`;
}

/** `10.0.4.70-10.0.4.80` */
export function formatRange(range: Range | AddressRange): string {
  const { first, last } = 'bits' in range ? endsOf(range) : range;
  return `${first}-${last}`;
}

/** The ends of a range in text form. */
export function endsOf({ first, last, bits }: Range): AddressRange {
  return { first: formatAddress(first, bits), last: formatAddress(last, bits) };
}

/** The number of addresses, including reserved ones. */
export function size({ first, last }: Range): number {
  return Number(last - first + 1n);
}

/** Whether all addresses of one range are in another one of the same family. */
export function contains(outer: Range, inner: Range): boolean {
  return outer.bits === inner.bits && outer.first <= inner.first && inner.last <= outer.last;
}

/** Whether two ranges of the same family have an address in common. */
export function overlaps(one: Range, other: Range): boolean {
  return one.bits === other.bits && one.first <= other.last && other.first <= one.last;
}

/** Whether two IPv4 networks in CIDR form have an address in common; false when a text is no network. */
export function share(one: string, other: string): boolean {
  const [a, b] = [parseCidr(one), parseCidr(other)];
  return a !== undefined && b !== undefined && overlaps(a, b);
}

/** The addresses that two ranges share. The last is before the first when they share none. */
export function intersection(one: Range, other: Range): Range {
  const later = one.first < other.first ? other : one;
  const earlier = one.last < other.last ? one : other;
  return { bits: one.bits, first: later.first, last: earlier.last };
}

/** The lowest block with this prefix length in a network that overlaps none of `taken`. */
export function lowestFree(cidr: Cidr, prefix: number, taken: readonly Cidr[]): Cidr | undefined {
  const { bits } = cidr;
  const step = 1n << BigInt(bits - prefix);
  let block = cidrAt(cidr.first, prefix, bits);
  while (contains(cidr, block)) {
    const other = taken.find((one) => overlaps(block, one));
    if (other === undefined) return block;
    block = cidrAt(other.last + step, prefix, bits);
  }
  return undefined;
}

/** The upper half of a network. */
export function upperHalf({ last, prefix, bits }: Cidr): Cidr {
  return cidrAt(last, prefix + 1, bits);
}

/** The addresses of a network for hosts: all but its own and, with IPv4, its broadcast address. */
export function hostsOf({ first, last, bits }: Cidr): Range {
  return { bits, first: first + 1n, last: bits === 32 ? last - 1n : last };
}

/** The network of an address with a prefix length: `10.0.4.0/24` for `10.0.4.70` and 24. */
export function networkOf(address: string, prefix: number): string {
  return canonicalNetwork(`${address}/${prefix}`);
}

/** A network with its host bits cleared and its shortest spelling. */
export function canonicalNetwork(cidr: string): string {
  return formatCidr(readNetwork(cidr));
}

/** Both texts must be good: see isAddress and isNetwork. */
export function inNetwork(address: string, cidr: string): boolean {
  return contains(readNetwork(cidr), addressOf(parseAny(address)));
}

/**
 * Reads addresses once, to find those that lie in one network after another. All texts must be good, as for inNetwork.
 *
 * @returns a function from a network to its addresses
 */
export function addressFinder(addresses: readonly string[]): (cidr: string) => readonly string[] {
  const read = addresses.map((text) => ({ text, range: addressOf(parseAny(text)) }));
  return (cidr) => {
    const network = readNetwork(cidr);
    return read.filter(({ range }) => contains(network, range)).map(({ text }) => text);
  };
}

/** Whether a network lies in another one, of either family. Both texts must be good: see isNetwork. */
export function isWithin(inner: string, outer: string): boolean {
  return contains(readNetwork(outer), readNetwork(inner));
}

/** All three texts must be addresses. */
export function inRange(address: string, { first, last }: AddressRange): boolean {
  const [from, to] = [addressOf(parseAny(first)), addressOf(parseAny(last))];
  return contains({ ...from, last: to.last }, addressOf(parseAny(address)));
}

/** The range that host-local uses in a network when its configuration has none. */
export function hostRange(cidr: string): AddressRange {
  return endsOf(hostsOf(readNetwork(cidr)));
}

/** The library's own detection tries IPv6 first and throws, which takes most of the time of every IPv4 address. */
function familyOf(text: string): typeof ipaddr.IPv4 | typeof ipaddr.IPv6 {
  return isIpv6(text) ? ipaddr.IPv6 : ipaddr.IPv4;
}

function parseAny(address: string): ipaddr.IPv4 | ipaddr.IPv6 {
  return familyOf(address).parse(address);
}

/** Clears host bits. */
function readNetwork(text: string): Cidr {
  const [address, prefix] = familyOf(text).parseCIDR(text);
  const { first, bits } = addressOf(address);
  return cidrAt(first, prefix, bits);
}

function addressOf(address: ipaddr.IPv4 | ipaddr.IPv6): Range {
  const bytes = address.toByteArray();
  const value = bytes.reduce((number, byte) => (number << 8n) | BigInt(byte), 0n);
  return { bits: bytes.length * 8, first: value, last: value };
}
