import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { healthy, LAB_PODS } from '../testing/lab-pods.ts';
import { endpointsOf, pairsOf } from './pairs.ts';

describe('endpointsOf', () => {
  it('distinguishes two interfaces on one network by name', () => {
    const network = 'default/a';
    const entry = (device: string, address: string) => ({
      network,
      interface: device,
      addresses: [address],
    });
    const places = endpointsOf({
      name: 'p',
      networks: [network, network],
      status: [entry('net2', '10.0.4.2'), entry('net1', '10.0.4.1')],
    });
    expect(places.map((place) => [place.interface, place.address])).toEqual([
      ['net1', '10.0.4.1'],
      ['net2', '10.0.4.2'],
    ]);
  });

  it('gives an endpoint without an address where none is known', () => {
    expect(endpointsOf({ name: 'p', networks: ['default/a'] })).toEqual([
      { pod: 'p', network: 'default/a', interface: 'net1' },
    ]);
  });
});

describe('pairsOf', () => {
  it('has the twelve pairs of the lab that must answer and the fourteen that must not', () => {
    const pairs = pairsOf(healthy(LAB_PODS));
    const names = (expected: string) =>
      pairs
        .filter((pair) => pair.expected === expected)
        .map(
          ({ source, target }) =>
            `${source.pod} ${source.interface} ${target.pod} ${target.interface}`,
        );
    expect(names('answer')).toHaveLength(12);
    expect(names('silence')).toHaveLength(14);
    expect(names('answer')).toContain('sampleapp-dual-1 net2 sampleapp-2 net1');
    expect(names('silence')).toContain('sampleapp-dual-1 net1 sampleapp-dual-2 net2');
  });

  it('pairs IPv4 with IPv4 and IPv6 with IPv6, and probes an interface once for each', () => {
    const pod = (name: string, addresses: string[]) => ({
      name,
      networks: ['default/a'],
      status: [{ network: 'default/a', interface: 'net1', addresses }],
    });
    const pairs = pairsOf([
      pod('p', ['10.0.4.1', '10.0.4.2', '2001:db8::1']),
      pod('q', ['10.0.4.3', '2001:db8::3']),
    ]);
    expect(pairs.map(({ source, target }) => `${source.address} ${target.address}`)).toEqual([
      '10.0.4.1 10.0.4.3',
      '2001:db8::1 2001:db8::3',
      '10.0.4.3 10.0.4.1',
      '10.0.4.3 10.0.4.2',
      '2001:db8::3 2001:db8::1',
    ]);
  });

  it('is symmetric, and never pairs a pod with itself', () => {
    const plans = fc.uniqueArray(
      fc.record({
        pod: fc.nat(5),
        networks: fc.uniqueArray(fc.constantFrom('n/a', 'n/b', 'n/c'), { minLength: 1 }),
      }),
      { selector: ({ pod }) => pod },
    );
    fc.assert(
      fc.property(plans, (given) => {
        const pods = given.map(({ pod, networks }) => ({ name: `p${pod}`, networks }));
        const keys = pairsOf(pods).map(
          ({ source, target }) =>
            [`${source.pod} ${source.network}`, `${target.pod} ${target.network}`] as const,
        );
        const forth = new Set(keys.map((pair) => pair.join(' → ')));
        expect(forth.size).toBe(keys.length);
        for (const [one, other] of keys) expect(forth).toContain(`${other} → ${one}`);
        for (const [one, other] of keys) expect(one.split(' ')[0]).not.toBe(other.split(' ')[0]);
      }),
    );
  });
});
