import { describe, expect, it } from 'vitest';
import { pairsOf } from '../evaluate/pairs.ts';
import { healthy, LAB_PODS } from '../testing/lab-pods.ts';
import { plannedExtras } from './plan-extras.ts';

const pods = healthy(LAB_PODS);
const pairs = pairsOf(pods);
const target = { host: '10.9.0.5', network: 'ipvlan-conf-1', reach: true } as const;
const extras = {
  transports: ['tcp', 'sctp'] as const,
  targets: [
    { ...target, protocol: 'tcp', port: 443 } as const,
    { ...target, protocol: 'icmp' } as const,
  ],
  sampled: ['ipvlan-conf-2'],
  gateways: new Map([['default/ipvlan-conf-2', ['10.0.6.1']]]),
};

function extrasOf(name: string, large = false) {
  const plan = plannedExtras(pods, pairs, { extras, large: () => large });
  const pod = pods.find((one) => one.name === name) ?? expect.fail(name);
  return plan(
    pod,
    pairs.filter(({ source }) => source.pod === name),
  );
}

describe('plannedExtras', () => {
  it('asks the services of pods that should answer, and no others', () => {
    const { exchanges } = extrasOf('sampleapp-2').exchanges;
    expect(
      exchanges.map(({ protocol, address, port }) => `${protocol} ${address} ${port}`),
    ).toEqual([
      'tcp 10.0.6.71 20080',
      'tcp 10.0.6.72 20080',
      'sctp 10.0.6.71 20082',
      'sctp 10.0.6.72 20082',
    ]);
    expect(exchanges.every(({ fill }) => fill === undefined)).toBe(true);
    expect(extrasOf('sampleapp-2', true).exchanges.exchanges[0]?.fill).toBe('net1');
  });

  it('lets one pod of each network and node ask the targets', () => {
    const asking = pods.filter(({ name }) =>
      extrasOf(name).exchanges.exchanges.some(({ ofPod }) => !ofPod),
    );
    expect(asking.map(({ name }) => name)).toEqual(['sampleapp-1']);
    expect(extrasOf('sampleapp-1').pings).toEqual([{ interface: 'net1', address: '10.9.0.5' }]);
  });

  it('pings gateways through the interface of their network', () => {
    expect(extrasOf('sampleapp-dual-1').pings).toEqual([
      { interface: 'net2', address: '10.0.6.1' },
    ]);
  });

  it('samples one pair of each distance on the networks that were asked for', () => {
    const sampled = pods.flatMap(({ name }) => extrasOf(name).exchanges.samples);
    expect(sampled).toEqual([{ interface: 'net1', address: '10.0.6.71' }]);
  });

  it('does nothing when nothing is asked for', () => {
    const { pings, exchanges } = plannedExtras(pods, pairs, { large: () => false })(
      pods[0] ?? expect.fail(),
      pairs,
    );
    expect([pings, exchanges]).toEqual([[], { services: [], exchanges: [], samples: [] }]);
  });
});
