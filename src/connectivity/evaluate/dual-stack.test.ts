import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { networkInterface } from '../../../dev/testing/samples/network-interface.ts';
import { isIpv6 } from '../../core/ip.ts';
import { probeNetwork } from '../probe/network.ts';
import { reply, silence } from '../testing/lab-pods.ts';
import { evaluate } from './evaluate.ts';
import type { Evidence, NodeInterface } from './evidence.ts';
import type { PodObservation } from './observation.ts';
import { pairsOf } from './pairs.ts';

/** Two nodes in two zones with two pods each, on one network with addresses of both families from the nodes' prefixes. */
const NODES = ['node-a', 'node-b'];
const ID = 'default/data';
const SUBNETS = {
  ipv4: ['10.0.4.0/24', '10.0.5.0/24'],
  ipv6: ['2600:1f13:1:a00::/64', '2600:1f13:1:a01::/64'],
};
const PREFIXES = ['2600:1f13:1:a00:1::/80', '2600:1f13:1:a01:2::/80'];

const NETWORK = (mode = 'l2') =>
  probeNetwork({
    metadata: { name: 'data', namespace: 'default' },
    spec: {
      config: JSON.stringify({
        cniVersion: '1.0.0',
        type: 'ipvlan',
        master: 'eth1',
        mode,
        ipam: { type: 'eni-prefix', otherZones: true },
      }),
    },
  });

const addressesOf = (node: number, number: number) => [
  `10.0.${4 + node}.${127 + number}`,
  `2600:1f13:1:a0${node}:${node + 1}::1${number}`,
];

function outside(
  node: number,
  number: number,
  addresses = addressesOf(node, number),
): PodObservation {
  return {
    name: `${'ab'[node]}${number}`,
    node: NODES[node] ?? '',
    zone: `zone-${'ab'[node]}`,
    networks: [ID],
    status: [
      { network: 'aws-cni', interface: 'eth0', addresses: ['10.0.2.30'] },
      { network: ID, interface: 'net1', addresses },
    ],
  };
}

const PODS = [outside(0, 1), outside(0, 2), outside(1, 1), outside(1, 2)];

/** What is seen of pods; `answers` says whether a ping to an address is answered. */
function probed(
  pods: readonly PodObservation[] = PODS,
  answers: (from: string, to: string) => boolean = () => true,
): readonly PodObservation[] {
  const pairs = pairsOf(pods);
  return pods.map((pod) => {
    const net1 = pod.status?.[1]?.addresses ?? [];
    const pings = pairs
      .filter(({ source }) => source.pod === pod.name)
      .map(({ source, target }) => {
        const way = { interface: 'net1', address: target.address ?? '' };
        return answers(source.address ?? '', target.address ?? '') ? reply(way) : silence(way);
      });
    const routes = [...SUBNETS.ipv4, ...SUBNETS.ipv6].map((destination) => ({
      destination,
      interface: 'net1',
    }));
    return {
      ...pod,
      probe: {
        addresses: [
          { interface: 'lo', address: '127.0.0.1', prefix: 8 },
          { interface: 'eth0', address: '10.0.2.30', prefix: 32 },
          ...net1.map((address) => ({
            interface: 'net1',
            address,
            prefix: address.includes(':') ? 64 : 24,
          })),
        ],
        mtu: { net1: 9001 },
        mac: { net1: `02:00:00:00:00:0${NODES.indexOf(pod.node ?? '')}` },
        routes: [...routes, { destination: 'default', interface: 'eth0' }],
        routeText: 'default via 169.254.1.1 dev eth0',
        pings,
      },
    };
  });
}

const ENIS: readonly NodeInterface[] = NODES.map((node, index) => ({
  ...networkInterface({
    id: `eni-${index}`,
    zone: `zone-${'ab'[index]}`,
    subnetId: `subnet-${index}`,
    macAddress: `02:00:00:00:00:0${index}`,
    primary: `10.0.${4 + index}.5`,
    prefixes: [`10.0.${4 + index}.128/28`],
    ipv6Prefixes: [PREFIXES[index] ?? ''],
    sourceDestCheck: true,
  }),
  node,
}));

function failuresOf(changes: Partial<Evidence> = {}) {
  const evidence = { networks: [NETWORK()], pods: probed(), interfaces: ENIS, ...changes };
  return evaluate(evidence).checks.filter(({ outcome }) => outcome === 'failed');
}

const withoutPrefix = (node: number) =>
  ENIS.map((eni, index) => (index === node ? { ...eni, ipv6Prefixes: [] } : eni));

describe('a network of both families', () => {
  it('passes when every address is of a prefix of its node, and all pairs of each family answer', () => {
    const { checks, matrix } = evaluate({
      networks: [NETWORK()],
      pods: probed(),
      interfaces: ENIS,
    });
    expect(checks.filter(({ outcome }) => outcome === 'failed')).toEqual([]);
    // Twelve ordered pairs of four pods, in both families.
    expect(matrix).toHaveLength(24);
    const confirmed = checks.filter(({ check }) => check === 'address-confirmed');
    expect(confirmed.map(({ outcome }) => outcome)).toEqual(Array(4).fill('passed'));
    const ranges = checks.filter(({ check }) => check === 'address-in-range');
    expect(ranges.filter(({ outcome }) => outcome === 'passed')).toHaveLength(8);
  });

  it('names the node whose interface has lost its IPv6 prefix, and the addresses that the VPC does not deliver to', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1 }), (node) => {
        const lost = PREFIXES[node]?.replace('::/80', '') ?? '';
        const pods = probed(PODS, (from, to) => from.startsWith(lost) === to.startsWith(lost));
        const failures = failuresOf({ pods, interfaces: withoutPrefix(node) });
        expect(failures.every(({ cause }) => cause === 'unassigned-address')).toBe(true);
        const eni = failures.find(({ check }) => check === 'eni-prefix');
        expect(eni?.subject).toBe(NODES[node]);
        expect(eni?.detail).toBe(`eni-${node} (eth1) has no IPv6 prefix`);
        const ranges = failures.filter(({ check }) => check === 'address-in-range');
        expect(ranges.map(({ detail }) => detail.split(' ')[0])).toEqual(
          [1, 2].map((number) => addressesOf(node, number)[1]),
        );
        expect(ranges[0]?.nextStep).toContain(
          `to eni-${node} again`.replace(`eni-${node}`, `the interface of ${NODES[node]}`),
        );
        expect(ranges[0]?.nextStep).toContain('assign-ipv6-addresses --ipv6-prefixes');
      }),
    );
  });

  it('names a node that never got an IPv6 prefix, whose pods have IPv4 alone', () => {
    const [ipv4 = ''] = addressesOf(1, 1);
    const pods = probed([...PODS.slice(0, 2), outside(1, 1, [ipv4])]);
    const failures = failuresOf({ pods, interfaces: withoutPrefix(1) });
    expect(failures.map(({ check, cause }) => [check, cause])).toEqual(
      expect.arrayContaining([
        ['eni-prefix', 'unassigned-address'],
        ['families-alike', 'address-family'],
      ]),
    );
  });

  it('asks no IPv6 prefix for mode l3, in which pods have IPv4 alone', () => {
    const pods = probed(
      [0, 1].flatMap((node) => [outside(node, 1, addressesOf(node, 1).slice(0, 1))]),
    );
    const failures = failuresOf({ networks: [NETWORK('l3')], pods, interfaces: withoutPrefix(1) });
    expect(failures).toEqual([]);
  });

  it.each(['IPv6', 'IPv4'])(
    'says that it is a rule for %s alone when the other family passes',
    (family) => {
      const blocked = (address: string) => isIpv6(address) === (family === 'IPv6');
      const nodeOf = (address: string) =>
        PODS.find((pod) => pod.status?.[1]?.addresses.includes(address))?.node;
      const pods = probed(PODS, (from, to) => !blocked(from) || nodeOf(from) === nodeOf(to));
      const failures = failuresOf({ pods }).filter(({ check }) => check === 'reachability');
      expect(failures).toHaveLength(8);
      for (const { cause, explanation } of failures) {
        expect(cause).toBe('traffic-dropped');
        expect(explanation).toContain(`so it is a rule for ${family} alone`);
      }
    },
  );

  it('names both pods that have one IPv6 address, wherever they are', () => {
    const places = fc.tuple(fc.nat(3), fc.nat(3)).filter(([one, other]) => one !== other);
    fc.assert(
      fc.property(places, ([one, other]) => {
        const shared = PODS[one]?.status?.[1]?.addresses[1] ?? '';
        const pods = PODS.map((pod, index) => {
          const [ipv4 = ''] = pod.status?.[1]?.addresses ?? [];
          if (index !== other) return pod;
          return {
            ...pod,
            status: [
              ...(pod.status ?? []).slice(0, 1),
              { network: ID, interface: 'net1', addresses: [ipv4, shared] },
            ],
          };
        });
        const failures = failuresOf({ pods: probed(pods, (_, to) => to !== shared) });
        const unique = failures.filter(({ check }) => check === 'address-unique');
        expect(unique.map(({ subject }) => subject).sort()).toEqual(
          [PODS[one]?.name, PODS[other]?.name].map((name) => `${name} net1`).sort(),
        );
        expect(unique.every(({ cause }) => cause === 'duplicate-address')).toBe(true);
      }),
    );
  });

  it('names an IPv6 route that is missing, or that leads elsewhere', () => {
    const across = (from: string, to: string) =>
      !isIpv6(from) || from.slice(0, 16) === to.slice(0, 16);
    const routesOf = (
      change: (
        routes: NonNullable<PodObservation['probe']>['routes'],
      ) => NonNullable<PodObservation['probe']>['routes'],
    ) =>
      probed(PODS, across).map((pod) =>
        pod.name === 'a1' && pod.probe !== undefined
          ? { ...pod, probe: { ...pod.probe, routes: change(pod.probe.routes) } }
          : pod,
      );
    const causes = (pods: readonly PodObservation[], way = 'a1 ') =>
      failuresOf({ pods })
        .filter(({ check, subject }) => check === 'reachability' && subject.includes(way))
        .map(({ cause }) => cause);
    const missing = routesOf((routes) =>
      routes.filter(({ destination }) => destination !== SUBNETS.ipv6[1]),
    );
    expect(causes(missing)).toEqual(Array(4).fill('missing-route'));
    const elsewhere = routesOf((routes) => [
      ...routes,
      { destination: '2600:1f13:1:a01:2::/80', interface: 'eth0' },
    ]);
    expect(causes(elsewhere, ' → a1 ')).toEqual(['asymmetric-path', 'asymmetric-path']);
  });
});
