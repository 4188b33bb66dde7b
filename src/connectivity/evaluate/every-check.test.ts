import { describe, expect, it } from 'vitest';
import { probeNetwork } from '../probe/network.ts';
import { fullEvidence, MEDIA, SIGNALLING, TARGETS } from '../testing/full-evidence.ts';
import { CHECKS, type CheckName } from './catalogue/catalogue.ts';
import { evaluate } from './evaluate.ts';
import type { Evidence, NodeInterface } from './evidence.ts';
import type { Exchange, Ping, PodObservation, Probe } from './observation.ts';

const WELL = fullEvidence();

/** Changes the evidence around one pod so that a check fails. */
type Fault = (evidence: Evidence, pod: string) => Evidence;

const onPod =
  (change: (pod: PodObservation) => PodObservation): Fault =>
  (evidence, name) => ({
    ...evidence,
    pods: evidence.pods.map((pod) => (pod.name === name ? change(pod) : pod)),
  });

const inside = (change: (probe: Probe, pod: PodObservation) => Partial<Probe>): Fault =>
  onPod((pod) =>
    pod.probe === undefined ? pod : { ...pod, probe: { ...pod.probe, ...change(pod.probe, pod) } },
  );

const pings = (change: (ping: Ping) => Ping): Fault =>
  inside((probe) => ({
    pings: probe.pings.map((ping) => (ping.received > 0 ? change(ping) : ping)),
  }));

const exchanges = (
  kind: Exchange['kind'],
  protocol: Exchange['protocol'],
  change: Partial<Exchange>,
): Fault =>
  inside((probe) => ({
    exchanges: (probe.exchanges ?? []).map((one) =>
      one.kind === kind && one.protocol === protocol ? { ...one, ...change } : one,
    ),
  }));

const large = (protocol: Exchange['protocol']): Fault =>
  exchanges('pod', protocol, { large: { bytes: 9001, answered: false } });

const enis =
  (change: (eni: NodeInterface) => NodeInterface | undefined): Fault =>
  (evidence, name) => {
    const node = evidence.pods.find((pod) => pod.name === name)?.node;
    return {
      ...evidence,
      interfaces: (evidence.interfaces ?? []).flatMap((eni) =>
        eni.node === node && eni.deviceIndex === 1 ? (change(eni) ?? []) : eni,
      ),
    };
  };

const nodes =
  (kind: 'not-ready' | 'multus-down'): Fault =>
  (evidence, name) => {
    const own = evidence.pods.find((pod) => pod.name === name)?.node;
    return {
      ...evidence,
      nodes: (evidence.nodes ?? []).map((node) =>
        node.name === own ? { ...node, trouble: { kind, text: 'no' } } : node,
      ),
    };
  };

/** Another configuration of the network media. */
const media =
  (config: object | string): Fault =>
  (evidence) => ({
    ...evidence,
    networks: evidence.networks.map((network) =>
      network.id === MEDIA
        ? probeNetwork({
            metadata: { name: 'media', namespace: 'default' },
            spec: { config: typeof config === 'string' ? config : JSON.stringify(config) },
          })
        : network,
    ),
  });

const macvlan = (ipam: object, type = 'macvlan') =>
  media({ type, master: 'eth2', ipam: { type: 'host-local', subnet: '10.0.6.0/24', ...ipam } });

const status = (change: (pod: PodObservation) => NonNullable<PodObservation['status']>): Fault =>
  onPod((pod) => ({ ...pod, status: change(pod) }));

const notReady = (text: string): Fault =>
  onPod(({ name, networks }) => ({ name, networks, notReady: text }));

const silent = (ping: Ping): Ping => ({ ...ping, received: 0 });

/** For every check, a fault in which it fails. The type makes a check without one impossible. */
const FAULTS: Readonly<Record<CheckName, Fault>> = {
  'node-ready': nodes('not-ready'),
  'multus-running': nodes('multus-down'),
  'connection-table': (evidence) => ({
    ...evidence,
    nodes: (evidence.nodes ?? []).map((node) => ({
      ...node,
      connections: { used: 95, most: 100 },
    })),
  }),
  'eni-attached': enis(() => undefined),
  'eni-in-use': enis((eni) => ({ ...eni, status: 'detaching' })),
  'eni-prefix': enis((eni) => ({ ...eni, prefixes: [] })),
  'eni-subnet': enis((eni) => ({ ...eni, subnetId: 'subnet-other' })),
  'eni-security-groups': enis((eni) => ({ ...eni, securityGroupIds: ['sg-2'] })),
  'eni-mac': enis((eni) => ({ ...eni, macAddress: '02:00:00:00:09:09' })),
  'pod-scheduled': notReady('FailedScheduling: 0/2 nodes are available'),
  'pod-ready': notReady('ImagePullBackOff: back-off pulling image'),
  'probe-ran': onPod(({ probe: _, ...pod }) => ({ ...pod, probeError: 'no end after 20 s' })),
  clock: inside(() => ({ clockSeconds: -3600 })),
  loopback: inside(({ addresses }) => ({
    addresses: addresses.filter((one) => one.interface !== 'lo'),
  })),
  'cluster-interface': inside(({ addresses }) => ({
    addresses: addresses.filter((one) => one.interface !== 'eth0'),
  })),
  'interface-present': inside(({ addresses }) => ({
    addresses: addresses.filter((one) => one.interface !== 'net1'),
  })),
  'interface-name': status((pod) =>
    (pod.status ?? []).map((entry) =>
      entry.interface === 'net2' ? { ...entry, interface: 'net7' } : entry,
    ),
  ),
  'interface-requested': status((pod) => [
    ...(pod.status ?? []),
    { network: 'default/extra', interface: 'net3', addresses: ['10.0.8.9'] },
  ]),
  'interface-up': inside(() => ({ state: { net1: 'lowerlayerdown' } })),
  'interface-errors': inside(() => ({ errors: { 'net2.rx_errors': 7 } })),
  'proxy-arp': inside(() => ({ settings: { 'net2.proxy_arp': 1 } })),
  'reverse-path': inside(({ routes }) => ({
    settings: { 'net2.rp_filter': 1 },
    ruleSources: [],
    routes: [...routes, { destination: '10.0.6.0/25', interface: 'eth0' }],
  })),
  'return-path': inside(({ routes }) => ({
    ruleSources: [],
    routes: [...routes, { destination: '10.0.4.0/25', interface: 'eth0' }],
  })),
  'network-readable': media('{'),
  'network-unchanged': (evidence) => ({
    ...evidence,
    changedNetworks: new Map([[MEDIA, 'deleted']]),
  }),
  'networks-apart': (evidence) => ({
    ...evidence,
    networks: evidence.networks.map((network) =>
      network.id === SIGNALLING
        ? { ...network, expected: { known: true, subnets: ['10.0.6.0/25'], ranges: [] } }
        : network,
    ),
  }),
  'gateway-in-subnet': macvlan({ gateway: '10.0.7.1' }),
  'mtu-alike': inside(({ mtu }) => ({ mtu: { ...mtu, net1: 1400 } })),
  'prefix-length-alike': inside(({ addresses }) => ({
    addresses: addresses.map((one) => (one.interface === 'net2' ? { ...one, prefix: 25 } : one)),
  })),
  'families-alike': status((pod) =>
    (pod.status ?? []).map((entry) =>
      entry.interface === 'net2' ? { ...entry, addresses: [...entry.addresses, 'fd00::9'] } : entry,
    ),
  ),
  'address-in-range': macvlan({ rangeStart: '10.0.6.100', rangeEnd: '10.0.6.110' }),
  'address-unique': (evidence, name) => {
    const own = evidence.pods.find((pod) => pod.name === name)?.status?.[1];
    const [address = ''] = own?.addresses ?? [];
    const twin = { pod: 'other/pod', network: SIGNALLING, interface: 'net1', address };
    return { ...evidence, neighbours: [twin] };
  },
  'address-listed': inside(({ addresses }) => ({
    addresses: [...addresses, { interface: 'net2', address: '10.0.6.250', prefix: 24 }],
  })),
  'address-confirmed': inside(() => ({ refused: ['fd00::7'] })),
  'node-address': (evidence, name) => {
    const own = evidence.pods.find((pod) => pod.name === name)?.status?.[2]?.addresses[0] ?? '';
    const [first, ...others] = evidence.interfaces ?? [];
    return {
      ...evidence,
      interfaces: first === undefined ? [] : [{ ...first, primary: own }, ...others],
    };
  },
  'usable-address': (evidence, name) => {
    const own = evidence.pods.find((pod) => pod.name === name)?.status?.[2]?.addresses[0] ?? '';
    return macvlan({ gateway: own })(evidence, name);
  },
  'mac-unique': (evidence, name) => {
    const other = evidence.pods.find((pod) => pod.name !== name)?.probe?.mac?.['net2'] ?? '';
    return inside(({ mac }) => ({ mac: { ...mac, net2: other } }))(evidence, name);
  },
  'neighbour-complete': inside(({ pings: sent, neighbours = [] }) => ({
    pings: sent.map((ping) => (ping.interface === 'net2' ? silent(ping) : ping)),
    neighbours: neighbours.map(({ mac: _, ...entry }) => ({ ...entry, state: 'FAILED' })),
  })),
  'neighbour-mac': inside(({ neighbours = [] }) => ({
    neighbours: neighbours.map((entry) => ({ ...entry, mac: '02:00:00:00:77:77' })),
  })),
  gateway: inside(() => ({ neighbours: [] })),
  'route-present': inside(({ routes }) => ({
    routes: routes.filter((route) => route.interface !== 'net1'),
  })),
  'route-source': inside(({ routes }) => ({
    routes: routes.map((route) =>
      route.interface === 'net2' ? { ...route, source: '10.0.4.99' } : route,
    ),
  })),
  'routes-configured': inside(({ routes }) => ({
    routes: routes.filter(({ destination }) => destination !== '10.8.0.0/16'),
  })),
  'default-route': inside(() => ({ routeText: 'default via 10.0.6.1 dev net2' })),
  'default-route-once': inside(({ routeText }) => ({
    routeText: `${routeText}\ndefault via 10.0.6.1 dev net2`,
  })),
  'source-routing': inside(() => ({ ruleSources: [] })),
  reachability: pings(silent),
  isolation: inside((probe) => ({
    pings: probe.pings.map((ping) => ({ ...ping, received: 3 })),
  })),
  symmetry: pings(silent),
  mtu: pings((ping) => ({ ...ping, large: { bytes: 9001, answered: false } })),
  'packet-loss': pings((ping) => ({ ...ping, received: 2 })),
  latency: pings((ping) => ({ ...ping, milliseconds: { min: 90, avg: 95, max: 99 } })),
  'duplicate-answers': inside(() => ({ echoes: { requests: 10, answers: 19 } })),
  jitter: inside((probe) => ({
    samples: (probe.samples ?? []).map((sample) => ({ ...sample, roundTrips: [1, 9, 1] })),
  })),
  order: inside((probe) => ({
    samples: (probe.samples ?? []).map((sample) => ({ ...sample, order: [1, 0] })),
  })),
  throughput: inside((probe) => ({
    samples: (probe.samples ?? []).map((sample) => ({ ...sample, megabitsPerSecond: 3 })),
  })),
  'tcp-service': exchanges('service', 'tcp', { result: 'refused' }),
  'udp-service': exchanges('service', 'udp', { result: 'timeout' }),
  'sctp-service': exchanges('service', 'sctp', {
    result: 'broken',
    text: 'protocol not supported',
  }),
  'tcp-echo': exchanges('pod', 'tcp', { result: 'refused' }),
  'tcp-peer': exchanges('pod', 'tcp', { text: 'somebody-else' }),
  'tcp-mtu': large('tcp'),
  'udp-echo': exchanges('pod', 'udp', { result: 'timeout' }),
  'udp-mtu': large('udp'),
  'sctp-echo': exchanges('pod', 'sctp', { result: 'timeout' }),
  'sctp-mtu': large('sctp'),
  'target-reached': exchanges('target', 'sctp', { result: 'timeout' }),
  'target-blocked': exchanges('target', 'tcp', { result: 'refused' }),
};

const failedBy = (evidence: Evidence) =>
  new Set(
    evaluate(evidence)
      .checks.filter(({ outcome }) => outcome === 'failed')
      .map(({ check }) => check),
  );

/** Checks that one pod of each node or of each network asks: the faults must meet the pod that asks. */
const ASKED_BY_FIRST: ReadonlySet<CheckName> = new Set([
  'jitter',
  'order',
  'throughput',
  'target-reached',
  'target-blocked',
]);

describe('evidence of all checks, when all is well', () => {
  const { checks } = evaluate(WELL);

  it('asks every check', () => {
    expect(new Set(checks.map(({ check }) => check))).toEqual(new Set(CHECKS));
  });

  it('passes all of them', () => {
    expect(checks.filter(({ outcome }) => outcome !== 'passed')).toEqual([]);
  });

  it('has targets of both kinds', () => {
    expect(new Set(TARGETS.map(({ reach }) => reach)).size).toBe(2);
  });
});

describe('each check fails in its fault, whichever pod it meets', () => {
  it.each(Object.entries(FAULTS) as [CheckName, Fault][])('%s', (check, fault) => {
    const pods = ASKED_BY_FIRST.has(check) ? ['a1'] : ['a1', 'a2', 'b1', 'b2'];
    for (const pod of pods) expect(failedBy(fault(WELL, pod))).toContain(check);
  });
});

it('there are at least sixty named checks', () => {
  expect(CHECKS.length).toBeGreaterThanOrEqual(60);
});
