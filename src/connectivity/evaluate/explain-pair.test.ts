import { describe, expect, it } from 'vitest';
import { networkInterface } from '../../../dev/testing/samples/network-interface.ts';
import { healthy, LAB_NETWORKS, silence } from '../testing/lab-pods.ts';
import { evaluate } from './evaluate.ts';
import type { NodeInterface } from './evidence.ts';
import type { PodObservation, Probe, Requests } from './observation.ts';

const place = (name: string, node: string, address: string) => ({
  ...{ name, node },
  addresses: [{ network: 'default/ipvlan-conf-1', address }],
});
const PLANS = [place('a', 'node-a', '10.0.4.70'), place('b', 'node-b', '10.0.4.71')];

const eni = (
  node: string,
  deviceIndex: number,
  primary: string,
  prefixes: readonly string[] = [],
): NodeInterface => ({
  ...networkInterface({ id: `eni-${node}-${deviceIndex}`, deviceIndex, primary, prefixes }),
  node,
});
const ASSIGNED = [
  eni('node-a', 1, '10.0.4.5', ['10.0.4.70/32']),
  eni('node-b', 1, '10.0.4.6', ['10.0.4.71/32']),
];

/** A route that is more exact than that of the network. */
const STRAY = { destination: '10.0.4.64/28', interface: 'eth0' };

/** All pods silent, each probe changed. */
function silent(change: (probe: Probe, pod: PodObservation) => Probe = (probe) => probe) {
  return healthy(PLANS).map((pod) =>
    pod.probe === undefined
      ? pod
      : { ...pod, probe: change({ ...pod.probe, pings: pod.probe.pings.map(silence) }, pod) },
  );
}

function causesOf(pods: readonly PodObservation[], interfaces: readonly NodeInterface[]) {
  const { checks } = evaluate({ networks: LAB_NETWORKS, pods, interfaces });
  return checks.filter(({ check }) => check === 'reachability').map(({ cause }) => cause);
}

/** How far the requests of `a` and of `b` get. */
const requests = (ofA: Requests, ofB: Requests) => (probe: Probe, pod: PodObservation) => ({
  ...probe,
  pings: probe.pings.map((ping) => ({ ...ping, requests: pod.name === 'a' ? ofA : ofB })),
});

describe('silence between nodes is explained from evidence', () => {
  it.each<[string, string, readonly PodObservation[], readonly NodeInterface[]]>([
    [
      'no interface has the address',
      'unassigned-address',
      silent(),
      [eni('node-b', 1, '10.0.4.6')],
    ],
    [
      'the address is of another subnet than the master interface',
      'wrong-master',
      silent(),
      ['node-a', 'node-b'].flatMap((node) => [eni(node, 1, '10.0.6.5'), eni(node, 2, '10.0.4.5')]),
    ],
    [
      'only one node gives out addresses of another interface',
      'wrong-network',
      silent(),
      [ASSIGNED[0], eni('node-b', 1, '10.0.6.6'), eni('node-b', 2, '10.0.4.6')].filter(
        (one) => one !== undefined,
      ),
    ],
    [
      'the node has no such interface',
      'interface-down',
      silent(),
      [eni('node-a', 0, '10.0.2.5'), eni('node-b', 0, '10.0.2.6')],
    ],
    [
      'the interface is down',
      'interface-down',
      silent((probe) => ({ ...probe, state: { net1: 'lowerlayerdown' } })),
      ASSIGNED,
    ],
    [
      'the node cannot send, though the interface of the pod is up',
      'interface-down',
      silent(requests('lost', 'kept')),
      ASSIGNED,
    ],
    [
      'requests arrive from one side only',
      'one-way',
      silent(requests('arrived', 'lost')),
      ASSIGNED,
    ],
    [
      'requests leave both sides, and arrive on none',
      'traffic-dropped',
      silent(requests('lost', 'lost')),
      ASSIGNED,
    ],
    [
      'there is no route',
      'missing-route',
      silent((probe) => ({
        ...probe,
        routes: [{ destination: '10.0.9.0/24', interface: 'net1' }],
      })),
      ASSIGNED,
    ],
    [
      'both answer through another interface',
      'asymmetric-path',
      silent((probe) => ({ ...probe, routes: [...probe.routes, STRAY] })),
      ASSIGNED,
    ],
    [
      'one of them drops what arrives by another way than it would answer',
      'rp-filter',
      silent((probe, { name }) =>
        name === 'a'
          ? { ...probe, routes: [...probe.routes, STRAY], settings: { 'net1.rp_filter': 1 } }
          : probe,
      ),
      ASSIGNED,
    ],
    [
      'a routing table of its own sends the answers of each address',
      'traffic-dropped',
      silent((probe) => ({
        ...probe,
        routes: [...probe.routes, STRAY],
        ruleSources: ['10.0.4.70', '10.0.4.71'],
      })),
      ASSIGNED,
    ],
    ['nothing else is wrong', 'traffic-dropped', silent(), ASSIGNED],
  ])('%s: %s', (_, cause, pods, interfaces) => {
    const causes = causesOf(pods, interfaces);
    expect(causes).toHaveLength(2);
    expect(new Set(causes)).toEqual(new Set([cause]));
  });
});

it('silence under a MultiNetworkPolicy: network-policy', () => {
  const policies = new Map([['default/ipvlan-conf-1', ['default/deny-all']]]);
  const pods = silent();
  const { checks } = evaluate({ networks: LAB_NETWORKS, pods, interfaces: ASSIGNED, policies });
  const silence = checks.filter(({ check }) => check === 'reachability');
  expect(new Set(silence.map(({ cause }) => cause))).toEqual(new Set(['network-policy']));
  expect(silence[0]?.explanation).toContain('default/deny-all');
});

it('silence between pods with one MAC address: duplicate-mac, but on ipvlan it is that of the master', () => {
  const pods = silent((probe) => ({ ...probe, mac: { net1: '02:00:00:00:77:77' } }));
  expect(new Set(causesOf(pods, ASSIGNED))).toEqual(new Set(['traffic-dropped']));
  const networks = LAB_NETWORKS.map((network) => ({ ...network, type: 'macvlan' }));
  const { checks } = evaluate({ networks, pods });
  const silence = checks.filter(({ check }) => check === 'reachability');
  expect(new Set(silence.map(({ cause }) => cause))).toEqual(new Set(['duplicate-mac']));
});

describe('an address that EC2 has assigned to no interface', () => {
  const ofPrefix = LAB_NETWORKS.map((network) => ({
    ...network,
    expected: { known: false, reason: 'by node', byNode: true } as const,
  }));
  const without = ASSIGNED.map((one) => (one.node === 'node-b' ? { ...one, prefixes: [] } : one));

  it.each([
    ['of a range', LAB_NETWORKS, 'use ipam: eni-prefix; or assign the address'],
    ['of a prefix that the node lost', ofPrefix, 'assign the prefix to eni-node-b-1 again'],
  ])('%s has its own next step', (_, networks, nextStep) => {
    const { checks } = evaluate({ networks, pods: silent(), interfaces: without });
    const failures = checks.filter(({ check }) => check === 'reachability');
    for (const failure of failures) {
      expect(failure.cause).toBe('unassigned-address');
      expect(failure.nextStep).toContain(nextStep);
      // Its interface does not check the source, so what it sends goes out.
      expect(failure.explanation).toMatch(/the VPC drops packets to it\.$/);
    }
  });

  it('cannot send either when its interface checks the source', () => {
    const checking = without.map((one) => ({ ...one, sourceDestCheck: true }));
    const { checks } = evaluate({ networks: LAB_NETWORKS, pods: silent(), interfaces: checking });
    const failure = checks.find(({ check }) => check === 'reachability');
    expect(failure?.explanation).toContain('and packets from it to other nodes');
  });
});
