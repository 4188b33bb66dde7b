import ipaddr from 'ipaddr.js';
import { TemplateError } from './value.ts';

/**
 * `Fn::Cidr`: the first `count` blocks inside `block`, of IPv4 or IPv6, each with `hostBits` host bits.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-cidr.html
 */
export function cidrBlocks(block: string, count: number, hostBits: number): readonly string[] {
  if (!ipaddr.isValidCIDR(block)) {
    throw new TemplateError(`Template error: Fn::Cidr got an invalid block: ${block}`);
  }
  const [address, prefix] = ipaddr.parseCIDR(block);
  const bytes = address.toByteArray();
  const bits = bytes.length * 8;
  const room = 2 ** (bits - prefix - hostBits);
  if (hostBits < 1 || count < 1 || count > 256 || count > room) {
    throw new TemplateError(
      `Template error: Fn::Cidr can not split ${block} into ${count} blocks of ${hostBits} host bits`,
    );
  }
  const number = bytes.reduce((sum, byte) => sum * 256n + BigInt(byte), 0n);
  const start = number - (number % 2n ** BigInt(bits - prefix));
  return Array.from({ length: count }, (_, index) => {
    const at = start + BigInt(index) * 2n ** BigInt(hostBits);
    const parts = bytes.map((_byte, n) => Number((at >> BigInt(bits - 8 * (n + 1))) % 256n));
    return `${ipaddr.fromByteArray(parts).toString()}/${bits - hostBits}`;
  });
}
