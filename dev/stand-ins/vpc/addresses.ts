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

/** The link-local address that goes with a MAC address (EUI-64), the only one that a VPC knows of an interface. */
export function linkLocal(mac: string): string {
  const [first = 0, ...others] = mac.split(':').map((part) => Number.parseInt(part, 16));
  const bytes = [first ^ 2, ...others.slice(0, 2), 0xff, 0xfe, ...others.slice(2)];
  return ipaddr.fromByteArray([0xfe, 0x80, 0, 0, 0, 0, 0, 0, ...bytes]).toString();
}

function toNumber(address: ipaddr.IPv4): number {
  return address.toByteArray().reduce((total, byte) => total * 256 + byte, 0);
}

function toText(value: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join('.');
}
