/** An IPv4 network: the number of its first address and its prefix length (`10.0.4.0/24`: 167773184, 24). */
export interface Cidr {
  readonly base: number;
  readonly prefix: number;
}

const OCTET = '(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)';
const ADDRESS = new RegExp(`^${OCTET}(?:\\.${OCTET}){3}$`);

/** The number of an IPv4 address in dotted form, or undefined when it is none (no leading zeros). */
export function parseAddress(text: string): number | undefined {
  if (!ADDRESS.test(text)) return undefined;
  return text.split('.').reduce((number, octet) => number * 256 + Number(octet), 0);
}

/** Dotted form of the number of an address. */
export function formatAddress(address: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join('.');
}

/** Reads `a.b.c.d/n`; undefined when it is not that, or when bits to the right of the prefix are set. */
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

/** How many addresses it has, the reserved ones included. */
export function size(cidr: Cidr): number {
  return 2 ** (32 - cidr.prefix);
}

/** The number of its last address. */
export function lastAddress(cidr: Cidr): number {
  return cidr.base + size(cidr) - 1;
}

export function contains(outer: Cidr, inner: Cidr): boolean {
  return outer.base <= inner.base && lastAddress(inner) <= lastAddress(outer);
}

export function overlaps(one: Cidr, other: Cidr): boolean {
  return one.base <= lastAddress(other) && other.base <= lastAddress(one);
}

/** The lowest block of `prefix` in a network that touches nothing of what is taken. */
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
