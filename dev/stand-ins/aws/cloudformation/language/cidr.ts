import { TemplateError } from './value.ts';

/** `Fn::Cidr` for IPv4: the first `count` blocks inside `block`, each with `hostBits` host bits. */
export function cidrBlocks(block: string, count: number, hostBits: number): readonly string[] {
  const match = /^(\d+)\.(\d+)\.(\d+)\.(\d+)\/(\d+)$/.exec(block);
  if (match === null) {
    throw new TemplateError(`Template error: Fn::Cidr got an invalid IPv4 block: ${block}`);
  }
  const [a, b, c, d, prefix] = match.slice(1).map(Number) as [
    number,
    number,
    number,
    number,
    number,
  ];
  const size = 2 ** hostBits;
  const total = 2 ** (32 - prefix);
  if (hostBits < 1 || count < 1 || count > 256 || size * count > total) {
    throw new TemplateError(
      `Template error: Fn::Cidr can not split ${block} into ${count} blocks of ${hostBits} host bits`,
    );
  }
  const address = ((a * 256 + b) * 256 + c) * 256 + d;
  const start = address - (address % total);
  return Array.from({ length: count }, (_, index) => {
    const at = start + index * size;
    const octets = [24, 16, 8, 0].map((shift) => Math.floor(at / 2 ** shift) % 256);
    return `${octets.join('.')}/${32 - hostBits}`;
  });
}
