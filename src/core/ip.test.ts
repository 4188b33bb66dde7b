import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  contains,
  formatAddress,
  formatCidr,
  lastAddress,
  lowestFree,
  overlaps,
  parseAddress,
  parseCidr,
  size,
  upperHalf,
} from './ip.ts';

const address = fc.integer({ min: 0, max: 2 ** 32 - 1 });
const cidr = fc.tuple(address, fc.integer({ min: 0, max: 32 })).map(([number, prefix]) => {
  const block = 2 ** (32 - prefix);
  return { base: Math.floor(number / block) * block, prefix };
});

const read = (text: string) => {
  const parsed = parseCidr(text);
  if (parsed === undefined) throw new Error(`${text} should be a CIDR`);
  return parsed;
};

describe('reading and writing', () => {
  it('gives back what was written', () => {
    fc.assert(fc.property(address, (a) => parseAddress(formatAddress(a)) === a));
    fc.assert(fc.property(cidr, (c) => formatCidr(read(formatCidr(c))) === formatCidr(c)));
  });

  it.each([
    '',
    '10.0.0.0',
    '10.0.0.0/',
    '10.0.0.0/33',
    '10.0.0.0/016',
    '10.0.0/16',
    '10.0.0.256/32',
    '010.0.0.0/8',
    '10.0.0.1/24',
    '10.0.0.0/16/1',
    'fd00::/8',
    ' 10.0.0.0/16',
  ])('refuses %j', (text) => {
    expect(parseCidr(text)).toBeUndefined();
  });

  it('knows sizes and ends', () => {
    expect(size(read('10.0.4.0/24'))).toBe(256);
    expect(formatAddress(lastAddress(read('10.0.4.0/24')))).toBe('10.0.4.255');
    expect(formatCidr(upperHalf(read('10.0.4.0/24')))).toBe('10.0.4.128/25');
    expect(lastAddress(read('0.0.0.0/0'))).toBe(2 ** 32 - 1);
  });
});

describe('relations', () => {
  it('overlapping networks are nested ones', () => {
    fc.assert(
      fc.property(cidr, cidr, (a, b) => overlaps(a, b) === (contains(a, b) || contains(b, a))),
    );
  });

  it.each([
    ['10.0.0.0/22', 24, [], '10.0.0.0/24'],
    ['10.0.0.0/22', 24, ['10.0.0.0/28'], '10.0.1.0/24'],
    ['10.0.0.0/22', 24, ['10.0.0.0/23', '10.0.2.192/26'], '10.0.3.0/24'],
    ['10.0.0.0/22', 28, ['10.0.0.0/24'], '10.0.1.0/28'],
    ['10.0.0.0/22', 24, ['10.0.0.0/22'], undefined],
    ['10.0.0.0/26', 24, [], undefined],
  ])('the lowest free block in %s of /%i beside %j is %s', (cidr, prefix, taken, expected) => {
    const free = lowestFree(read(cidr), prefix, taken.map(read));
    expect(free && formatCidr(free)).toBe(expected);
  });

  it('the upper half lies inside and leaves the first address out', () => {
    const splittable = cidr.filter((c) => c.prefix < 32);
    fc.assert(
      fc.property(splittable, (c) => {
        const half = upperHalf(c);
        return contains(c, half) && size(half) * 2 === size(c) && half.base > c.base;
      }),
    );
  });
});
