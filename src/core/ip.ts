import ipaddr from 'ipaddr.js';

/** An IPv4 network: the number of its first address and its prefix length (`10.0.4.0/24`: 167773184, 24). */
export interface Cidr {
  readonly base: number;
  readonly prefix: number;
}

const OCTET = '(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)';
const ADDRESS = new RegExp(`^${OCTET}(?:\\.${OCTET}){3}$`);

/** The number of an IPv4 address in dotted form. Undefined for any other text, also with leading zeros. */
export function parseAddress(text: string): number | undefined {
  if (!ADDRESS.test(text)) return undefined;
  return text.split('.').reduce((number, octet) => number * 256 + Number(octet), 0);
}

/** The dotted form of an IPv4 address. */
export function formatAddress(address: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join('.');
}

/** Reads `a.b.c.d/n`. Undefined for any other text, or when host bits are set. */
export function parseCidr(text: string): Cidr | undefined {
  const [address = '', length = '', ...rest] = text.split('/');
  const base = parseAddress(address);
  if (base === undefined || rest.length > 0 || !/^(?:\d|[12]\d|3[0-2])$/.test(length)) {
    return undefined;
  }
  const cidr = { base, prefix: Number(length) };
  return base % size(cidr) === 0 ? cidr : undefined;
}

export function formatCidr(cidr: Cidr): string {
  return `${formatAddress(cidr.base)}/${cidr.prefix}`;
}

/** The number of addresses, including reserved ones. */
export function size(cidr: Cidr): number {
  return 2 ** (32 - cidr.prefix);
}

/** The last address. */
export function lastAddress(cidr: Cidr): number {
  return cidr.base + size(cidr) - 1;
}

export function contains(outer: Cidr, inner: Cidr): boolean {
  return outer.base <= inner.base && lastAddress(inner) <= lastAddress(outer);
}

export function overlaps(one: Cidr, other: Cidr): boolean {
  return one.base <= lastAddress(other) && other.base <= lastAddress(one);
}

/** The lowest block with this prefix length in a network that overlaps none of `taken`. */
export function lowestFree(cidr: Cidr, prefix: number, taken: readonly Cidr[]): Cidr | undefined {
  const step = 2 ** (32 - prefix);
  let base = cidr.base;
  while (base + step - 1 <= lastAddress(cidr)) {
    const block = { base, prefix };
    const other = taken.find((one) => overlaps(block, one));
    if (other === undefined) return block;
    base = Math.ceil((lastAddress(other) + 1) / step) * step;
  }
  return undefined;
}

/** The upper half of a network. */
export function upperHalf(cidr: Cidr): Cidr {
  return { base: cidr.base + size(cidr) / 2, prefix: cidr.prefix + 1 };
}

/** A range of addresses in text form, both ends included. */
export interface AddressRange {
  readonly first: string;
  readonly last: string;
}

/** The first and the last address of a range, as numbers. */
export interface Span {
  readonly first: number;
  readonly last: number;
}

/** The range of two IPv4 addresses. Undefined when they are none, or the higher one comes first. */
export function spanOf({ first, last }: AddressRange): Span | undefined {
  const [from, to] = [parseAddress(first), parseAddress(last)];
  return from === undefined || to === undefined || from > to
    ? undefined
    : { first: from, last: to };
}

export function spanOfCidr(cidr: Cidr): Span {
  return { first: cidr.base, last: lastAddress(cidr) };
}

export function meet(one: Span, other: Span): boolean {
  return one.first <= other.last && other.first <= one.last;
}

/** The number of addresses. */
export function sizeOf({ first, last }: Span): number {
  return last - first + 1;
}

export function spanText({ first, last }: Span): string {
  return `${formatAddress(first)}-${formatAddress(last)}`;
}

/** True for a network in CIDR form, IPv4 or IPv6. */
export function isNetwork(text: string): boolean {
  return ipaddr.isValidCIDR(text) && isAddress(text.split('/')[0] ?? '');
}

/** True for an IPv4 or IPv6 address. */
export function isAddress(text: string): boolean {
  return ipaddr.isValid(text) && (text.includes(':') || ipaddr.IPv4.isValidFourPartDecimal(text));
}

/** The network of an address with a prefix length: `10.0.4.0/24` for `10.0.4.70` and 24. */
export function networkOf(address: string, prefix: number): string {
  return canonicalNetwork(`${address}/${prefix}`);
}

/** A network with its host bits cleared and its shortest spelling. */
export function canonicalNetwork(cidr: string): string {
  const [address, prefix] = ipaddr.parseCIDR(cidr);
  const bytes = address.toByteArray().map((byte, index) => {
    const kept = Math.min(8, Math.max(0, prefix - index * 8));
    return byte & (0xff << (8 - kept)) & 0xff;
  });
  return `${ipaddr.fromByteArray(bytes).toString()}/${prefix}`;
}

export function inNetwork(address: string, cidr: string): boolean {
  const one = ipaddr.parse(address);
  const [base, prefix] = ipaddr.parseCIDR(cidr);
  return one.kind() === base.kind() && networkOf(address, prefix) === canonicalNetwork(cidr);
}

export function inRange(address: string, range: AddressRange): boolean {
  const value = ordinal(address);
  return (
    sameFamily(address, range.first) &&
    ordinal(range.first) <= value &&
    value <= ordinal(range.last)
  );
}

/** Both must be addresses. */
export function sameFamily(one: string, other: string): boolean {
  return one.includes(':') === other.includes(':');
}

/** The range that host-local uses in a network when its configuration has none. */
export function hostRange(cidr: string): AddressRange {
  const [address, prefix] = ipaddr.parseCIDR(cidr);
  const bits = address.toByteArray().length * 8;
  const base = ordinal(canonicalNetwork(cidr).split('/')[0] ?? '');
  const count = 1n << BigInt(bits - prefix);
  const broadcast = address.kind() === 'ipv4' ? 1n : 0n;
  return {
    first: fromOrdinal(base + 1n, bits),
    last: fromOrdinal(base + count - 1n - broadcast, bits),
  };
}

function ordinal(address: string): bigint {
  return ipaddr
    .parse(address)
    .toByteArray()
    .reduce((number, byte) => number * 256n + BigInt(byte), 0n);
}

function fromOrdinal(number: bigint, bits: number): string {
  const bytes = Array.from({ length: bits / 8 }, (_, index) =>
    Number((number >> BigInt(bits - 8 - index * 8)) & 0xffn),
  );
  return ipaddr.fromByteArray(bytes).toString();
}
