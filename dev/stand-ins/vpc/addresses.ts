import ipaddr from 'ipaddr.js';

/** The `n`th address of an IPv4 block: in a VPC subnet 1 is the router and 2 the DNS server. */
export function nthAddress(cidr: string, n: number): string {
  const network = toNumber(ipaddr.IPv4.networkAddressFromCIDR(cidr));
  return toText(network + n);
}

/** All addresses of an IPv4 block, first and last included, in order. */
export function addressesOf(cidr: string): string[] {
  const [, length] = ipaddr.IPv4.parseCIDR(cidr);
  return Array.from({ length: 2 ** (32 - length) }, (_, n) => nthAddress(cidr, n));
}

function toNumber(address: ipaddr.IPv4): number {
  return address.toByteArray().reduce((total, byte) => total * 256 + byte, 0);
}

function toText(value: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join('.');
}
