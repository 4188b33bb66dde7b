import ipaddr from 'ipaddr.js';

/** A run of addresses, both ends included, in text form. IPv4 or IPv6. */
export interface AddressRange {
  readonly first: string;
  readonly last: string;
}

/** True for a network in CIDR form, IPv4 or IPv6. */
export function isNetwork(text: string): boolean {
  return ipaddr.isValidCIDR(text) && isAddress(text.split('/')[0] ?? '');
}

/** True for an IPv4 or IPv6 address. */
export function isAddress(text: string): boolean {
  return ipaddr.isValid(text) && (text.includes(':') || ipaddr.IPv4.isValidFourPartDecimal(text));
}

/** The network that an address with a prefix length lies in: `10.0.4.70`, 24 gives `10.0.4.0/24`. */
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

/** The first and the last address that host-local gives out in a network when it is told no range. */
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
