import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  addressFinder,
  canonicalNetwork,
  cidrAt,
  contains,
  formatAddress,
  formatCidr,
  hostRange,
  inNetwork,
  inRange,
  isAddress,
  isNetwork,
  lowestFree,
  networkOf,
  overlaps,
  parseAddress,
  parseCidr,
  size,
  upperHalf,
} from './ip.ts';

const address = fc.bigInt(0n, 2n ** 32n - 1n);
const cidr = fc
  .tuple(address, fc.integer({ min: 0, max: 32 }))
  .map(([value, prefix]) => cidrAt(value, prefix));

const read = (text: string) => {
  const parsed = parseCidr(text);
  if (parsed === undefined) throw new Error(`${text} should be a CIDR`);
  return parsed;
};

describe('an IPv4 network', () => {
  it('reads back as it was written', () => {
    fc.assert(fc.property(address, (a) => parseAddress(formatAddress(a))?.first === a));
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

  it('has a size and a last address', () => {
    expect(size(read('10.0.4.0/24'))).toBe(256);
    expect(formatAddress(read('10.0.4.0/24').last)).toBe('10.0.4.255');
    expect(formatCidr(upperHalf(read('10.0.4.0/24')))).toBe('10.0.4.128/25');
    expect(read('0.0.0.0/0').last).toBe(2n ** 32n - 1n);
  });
});

describe('IPv4 networks', () => {
  it('overlap exactly when one contains the other', () => {
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

  it('have an upper half without their first address', () => {
    const splittable = cidr.filter((c) => c.prefix < 32);
    fc.assert(
      fc.property(splittable, (c) => {
        const half = upperHalf(c);
        return contains(c, half) && size(half) * 2 === size(c) && half.first > c.first;
      }),
    );
  });
});

describe('networkOf', () => {
  it('clears the host bits of IPv4 and IPv6 addresses', () => {
    expect(networkOf('10.0.4.70', 24)).toBe('10.0.4.0/24');
    expect(networkOf('10.0.4.70', 28)).toBe('10.0.4.64/28');
    expect(networkOf('10.0.4.70', 0)).toBe('0.0.0.0/0');
    expect(networkOf('2001:db8::1:2', 64)).toBe('2001:db8::/64');
    expect(canonicalNetwork('2001:0db8:0::/48')).toBe('2001:db8::/48');
  });

  it('returns a network that contains the address', () => {
    const address = fc.oneof(fc.ipV4(), fc.ipV6());
    fc.assert(
      fc.property(address, fc.nat(128), (text, bits) => {
        const prefix = Math.min(bits, text.includes(':') ? 128 : 32);
        const network = networkOf(text, prefix);
        expect(inNetwork(text, network)).toBe(true);
        expect(canonicalNetwork(network)).toBe(network);
      }),
    );
  });
});

describe('a range', () => {
  it('includes both ends and nothing beyond', () => {
    const range = { first: '10.0.4.70', last: '10.0.4.80' };
    expect(
      ['10.0.4.69', '10.0.4.70', '10.0.4.80', '10.0.4.81'].map((a) => inRange(a, range)),
    ).toEqual([false, true, true, false]);
    expect(inRange('::a00:446', range)).toBe(false);
  });

  it('of a whole network leaves out its own address and its broadcast address', () => {
    expect(hostRange('10.0.4.0/24')).toEqual({ first: '10.0.4.1', last: '10.0.4.254' });
    expect(hostRange('10.0.4.16/28')).toEqual({ first: '10.0.4.17', last: '10.0.4.30' });
    expect(hostRange('2001:db8::/120')).toEqual({ first: '2001:db8::1', last: '2001:db8::ff' });
  });

  it('of a whole network lies in it', () => {
    fc.assert(
      fc.property(fc.ipV4(), fc.integer({ min: 8, max: 30 }), (address, prefix) => {
        const network = networkOf(address, prefix);
        const { first, last } = hostRange(network);
        expect(inNetwork(first, network) && inNetwork(last, network)).toBe(true);
        expect(inRange(first, { first, last }) && inRange(last, { first, last })).toBe(true);
      }),
    );
  });
});

it('recognizes addresses and networks', () => {
  expect(['10.0.4.1', '::1', '10.4', '1', 'net1', ''].map(isAddress)).toEqual([
    true,
    true,
    false,
    false,
    false,
    false,
  ]);
  expect(['10.0.4.0/24', '::/0', '10.0.4.0', '10.0.4.0/33', 'x/24'].map(isNetwork)).toEqual([
    true,
    true,
    false,
    false,
    false,
  ]);
});

it('finds the same addresses in a network together as one by one', () => {
  const some = fc.oneof(fc.ipV4(), fc.ipV6());
  fc.assert(
    fc.property(fc.array(some), some, fc.nat(128), (addresses, text, bits) => {
      const network = networkOf(text, Math.min(bits, text.includes(':') ? 128 : 32));
      const found = addressFinder([text, ...addresses])(network);
      expect(found).toEqual([text, ...addresses].filter((one) => inNetwork(one, network)));
      expect(found).toContain(text);
    }),
  );
});

it('never mixes the families', () => {
  // Both have the number 167773254.
  expect(inNetwork('::a00:446', '10.0.4.0/24')).toBe(false);
  expect(inNetwork('10.0.4.70', '::/0')).toBe(false);
  const [ipv4, ipv6] = [cidrAt(0n, 0, 32), cidrAt(0n, 0, 128)];
  expect([overlaps(ipv4, ipv6), contains(ipv6, ipv4)]).toEqual([false, false]);
});
