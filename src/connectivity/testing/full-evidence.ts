import type { Evidence, NodeInterface } from '../evaluate/evidence.ts';
import type { Exchange, PodObservation, Probe } from '../evaluate/observation.ts';
import { type Pair, pairsOf } from '../evaluate/pairs.ts';
import { askedTargets, type Target } from '../evaluate/targets.ts';
import { probeNetwork } from '../probe/network.ts';
import { SERVICE_PORTS, type Transport } from '../protocol.ts';
import { healthy, type PodPlan } from './lab-pods.ts';

/** The two networks of the evidence: one by ENI prefixes, and one with ARP, a gateway, a route and source-based routing. */
export const SIGNALLING = 'default/signalling';
export const MEDIA = 'default/media';
const NODES = ['node-a', 'node-b'];
const TRANSPORTS: readonly Transport[] = ['tcp', 'udp', 'sctp'];
const GATEWAY = '10.0.6.1';
export const TARGETS: readonly Target[] = [
  { host: '10.9.0.5', protocol: 'sctp', port: 38412, network: 'media', reach: true },
  { host: '10.9.0.6', protocol: 'tcp', port: 22, network: 'media', reach: false },
  { host: '10.9.0.7', protocol: 'icmp', network: '*', reach: true },
];

const NETWORKS = [
  network('signalling', {
    type: 'ipvlan',
    master: 'eth1',
    mode: 'l3',
    ipam: { type: 'eni-prefix', routes: [{ dst: '10.8.0.0/16' }] },
  }),
  network('media', {
    plugins: [
      {
        type: 'macvlan',
        master: 'eth2',
        ipam: {
          type: 'host-local',
          subnet: '10.0.6.0/24',
          rangeStart: '10.0.6.16',
          rangeEnd: '10.0.6.200',
          gateway: GATEWAY,
        },
      },
      { type: 'sbr' },
    ],
  }),
];

function network(name: string, config: object) {
  return probeNetwork({
    metadata: { name, namespace: 'default' },
    spec: { config: JSON.stringify({ cniVersion: '1.0.0', name, ...config }) },
  });
}

/** What is seen of two nodes with two pods each on both networks, when everything is asked and all is well. */
export function fullEvidence(): Evidence {
  const plan = { transports: TRANSPORTS, targets: TARGETS };
  const pods = healthy(NODES.flatMap(podsOf));
  const pairs = pairsOf(pods);
  return {
    ...plan,
    networks: NETWORKS,
    nodes: NODES.map((name) => ({
      name,
      zone: 'zone-a',
      connections: { used: 900, most: 262_144 },
    })),
    changedNetworks: new Map(),
    pods: pods.map((pod, index) => withDetails(pod, index, pairs, pods)),
    interfaces: NODES.flatMap((node, index) => [1, 2].map((device) => eni(node, index, device))),
    limits: { lossPercent: 0, averageMilliseconds: 10 },
    sampling: { networks: ['*'], jitterMilliseconds: 1, megabitsPerSecond: 100 },
    neighbours: [],
  };
}

function podsOf(node: string, index: number): PodPlan[] {
  return [1, 2].map((number) => ({
    name: `${node.at(-1)}${number}`,
    node,
    zone: 'zone-a',
    addresses: [
      { network: SIGNALLING, address: `10.0.4.${16 * (index + 1) + number}` },
      { network: MEDIA, address: `10.0.6.${16 * (index + 1) + number}` },
    ],
  }));
}

function withDetails(
  pod: PodObservation,
  index: number,
  pairs: readonly Pair[],
  pods: readonly PodObservation[],
): PodObservation {
  if (pod.probe === undefined) return pod;
  const nodeIndex = NODES.indexOf(pod.node ?? '');
  const own = pairs.filter(
    ({ source, expected }) => source.pod === pod.name && expected === 'answer',
  );
  const asked = askedTargets(TARGETS, pods).filter(({ place }) => place.pod === pod.name);
  const media = pod.status?.find(({ network: id }) => id === MEDIA)?.addresses[0] ?? '';
  const ways = [
    { destination: 'default', interface: 'eth0' },
    { destination: '10.8.0.0/16', interface: 'net1' },
    { destination: '10.9.0.0/16', interface: 'net2' },
  ];
  const probe: Probe = {
    ...pod.probe,
    addresses: [
      ...pod.probe.addresses,
      { interface: 'net2', address: `fe80::${index + 1}`, prefix: 64 },
    ],
    routes: [...pod.probe.routes, ...ways],
    routeText: `default via 169.254.1.1 dev eth0\n${pod.probe.routeText}`,
    pings: [
      ...pod.probe.pings.map((ping) =>
        ping.received > 0 ? { ...ping, tookMs: 420, large: { bytes: 9001, answered: true } } : ping,
      ),
      { interface: 'net2', address: GATEWAY, sent: 3, received: 0 },
      ...asked
        .filter(({ target }) => target.protocol === 'icmp')
        .map(({ target, place }) => ({
          ...{ interface: place.interface, address: target.host, sent: 3, received: 3 },
        })),
    ],
    state: { net1: 'unknown', net2: 'up' },
    mac: { net1: eniMac(nodeIndex, 1), net2: podMac(index) },
    settings: { 'net1.rp_filter': 2, 'net2.rp_filter': 1, 'net2.proxy_arp': 0 },
    errors: { 'net1.rx_errors': 0, 'net2.tx_errors': 0 },
    ruleSources: [media],
    clockSeconds: 0,
    tools: { agnhost: '/agnhost', iperf: '/usr/bin/iperf' },
    neighbours: [
      { address: GATEWAY, interface: 'net2', mac: '02:00:00:00:00:fe', state: 'STALE' },
      ...own
        .filter(({ source }) => source.network === MEDIA)
        .map(({ target }) => ({
          address: target.address ?? '',
          interface: 'net2',
          mac: podMac(pods.findIndex(({ name }) => name === target.pod)),
          state: 'REACHABLE',
        })),
    ],
    exchanges: [
      ...TRANSPORTS.map((protocol) => exchange('service', protocol, '127.0.0.1')),
      ...own.flatMap(({ target }) =>
        TRANSPORTS.map((protocol) => ({
          ...exchange('pod', protocol, target.address ?? '', target.pod),
          large: { bytes: 9001, answered: true },
        })),
      ),
      ...asked.flatMap(({ target }) => targetExchange(target)),
    ],
    samples: own.map(({ source, target }) => ({
      interface: source.interface,
      address: target.address ?? '',
      roundTrips: [0.2, 0.3, 0.2],
      order: [0, 1, 2],
      megabitsPerSecond: 4800,
    })),
  };
  return { ...pod, probe };
}

function exchange(kind: Exchange['kind'], protocol: Transport, address: string, text = 'answered') {
  const port = SERVICE_PORTS[protocol];
  return { kind, protocol, address, port, result: 'answered', text, tries: 1, tookMs: 30 } as const;
}

function targetExchange({ host, protocol, port, reach }: Target): Exchange[] {
  if (protocol === 'icmp' || port === undefined) return [];
  const result = reach ? 'answered' : 'timeout';
  return [
    { kind: 'target', protocol, address: host, port, result, text: '', tries: 1, tookMs: 30 },
  ];
}

function podMac(index: number): string {
  return `02:00:00:00:01:0${index}`;
}

function eniMac(node: number, device: number): string {
  return `02:00:00:00:0${node}:a${device}`;
}

function eni(node: string, index: number, device: number): NodeInterface {
  return {
    id: `eni-${index}${device}`,
    node,
    deviceIndex: device,
    subnetId: `subnet-${device}`,
    zone: 'zone-a',
    macAddress: eniMac(index, device),
    primary: `10.0.${2 + 2 * device}.${5 + index}`,
    secondaries: [],
    prefixes: [`10.0.${2 + 2 * device}.${16 * (index + 1)}/28`],

    ipv6Addresses: [],
    ipv6Prefixes: [],
    sourceDestCheck: true,
    securityGroupIds: ['sg-1'],
    status: 'in-use',
    description: '',
  };
}
