import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  canonicalNetwork,
  hostRange,
  inNetwork,
  inRange,
  isAddress,
  isNetwork,
  networkOf,
} from './ip.ts';

describe('networkOf', () => {
  it('clears the host bits, of IPv4 and of IPv6', () => {
    expect(networkOf('10.0.4.70', 24)).toBe('10.0.4.0/24');
    expect(networkOf('10.0.4.70', 28)).toBe('10.0.4.64/28');
    expect(networkOf('10.0.4.70', 0)).toBe('0.0.0.0/0');
    expect(networkOf('2001:db8::1:2', 64)).toBe('2001:db8::/64');
    expect(canonicalNetwork('2001:0db8:0::/48')).toBe('2001:db8::/48');
  });

  it('gives a network that the address is in', () => {
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

describe('ranges', () => {
  it('include both ends and nothing beyond', () => {
    const range = { first: '10.0.4.70', last: '10.0.4.80' };
    expect(
      ['10.0.4.69', '10.0.4.70', '10.0.4.80', '10.0.4.81'].map((a) => inRange(a, range)),
    ).toEqual([false, true, true, false]);
    expect(inRange('::a00:446', range)).toBe(false);
  });

  it('of a whole network leave out its own address and its broadcast', () => {
    expect(hostRange('10.0.4.0/24')).toEqual({ first: '10.0.4.1', last: '10.0.4.254' });
    expect(hostRange('10.0.4.16/28')).toEqual({ first: '10.0.4.17', last: '10.0.4.30' });
    expect(hostRange('2001:db8::/120')).toEqual({ first: '2001:db8::1', last: '2001:db8::ff' });
  });

  it('of a whole network lie in it', () => {
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

it('knows addresses and networks from other text', () => {
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
