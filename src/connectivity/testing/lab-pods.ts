import {
  type Echoes,
  interfaceName,
  type Ping,
  type PodObservation,
} from '../evaluate/observation.ts';
import { type PairPlan, pairsOf } from '../evaluate/pairs.ts';
import { type ProbeNetwork, probeNetwork } from '../probe/network.ts';

/** The lab's two networks, as configure-multus applies them. */
export const LAB_NETWORKS: readonly ProbeNetwork[] = [
  labNetwork('ipvlan-conf-1', 'eth1', '10.0.4'),
  labNetwork('ipvlan-conf-2', 'eth2', '10.0.6'),
];

function labNetwork(name: string, master: string, net: string): ProbeNetwork {
  const ipam = {
    type: 'host-local',
    subnet: `${net}.0/24`,
    rangeStart: `${net}.70`,
    rangeEnd: `${net}.80`,
    gateway: `${net}.1`,
  };
  const config = { cniVersion: '0.3.0', type: 'ipvlan', master, mode: 'l3', ipam };
  return probeNetwork({
    metadata: { name, namespace: 'default' },
    spec: { config: JSON.stringify(config) },
  });
}

/** A pod to be: its name, its node, and its address on each network that it asks for. */
export interface PodPlan {
  readonly name: string;
  readonly node: string;
  readonly zone?: string;
  readonly addresses: readonly { readonly network: string; readonly address: string }[];
}

/** The lab's four pods on one node. */
export const LAB_PODS: readonly PodPlan[] = [
  { name: 'sampleapp-1', node: 'node-a', addresses: [one(70)] },
  { name: 'sampleapp-2', node: 'node-a', addresses: [two(70)] },
  { name: 'sampleapp-dual-1', node: 'node-a', addresses: [one(71), two(71)] },
  { name: 'sampleapp-dual-2', node: 'node-a', addresses: [one(72), two(72)] },
];

function one(host: number) {
  return { network: 'default/ipvlan-conf-1', address: `10.0.4.${host}` };
}

function two(host: number) {
  return { network: 'default/ipvlan-conf-2', address: `10.0.6.${host}` };
}

/** What is seen of pods when all is well: every interface is there, every pair does as it should. */
export function healthy(plans: readonly PodPlan[], plan: PairPlan = {}): PodObservation[] {
  const outside = plans.map(fromOutside);
  const pings = new Map<string, Ping[]>(outside.map(({ name }) => [name, []]));
  for (const { source, target, expected } of pairsOf(outside, plan)) {
    const way = { interface: source.interface, address: target.address ?? '' };
    pings.get(source.pod)?.push(expected === 'answer' ? reply(way) : silence(way));
  }
  return outside.map((pod) => {
    const own = pings.get(pod.name) ?? [];
    return { ...pod, probe: { ...insideOf(pod), pings: own, echoes: echoesOf(own) } };
  });
}

/** What the kernel of a pod counts when these are all its pings, and no answer comes twice. */
export function echoesOf(pings: readonly Ping[]): Echoes {
  const sum = (counts: readonly number[]) => counts.reduce((total, one) => total + one, 0);
  return {
    requests: sum(pings.map(({ sent }) => sent)),
    answers: sum(pings.map(({ received }) => received)),
  };
}

type Way = Pick<Ping, 'interface' | 'address'>;

export function reply(way: Way): Ping {
  return { ...way, sent: 3, received: 3, milliseconds: { min: 0.1, avg: 0.2, max: 0.3 } };
}

export function silence(way: Way): Ping {
  return { ...way, sent: 3, received: 0 };
}

function fromOutside({ name, node, zone, addresses }: PodPlan): PodObservation {
  return {
    name,
    node,
    ...(zone === undefined ? {} : { zone }),
    networks: addresses.map(({ network }) => network),
    status: [
      { network: 'aws-cni', interface: 'eth0', addresses: ['10.0.2.30'] },
      ...addresses.map(({ network, address }, index) => ({
        network,
        interface: interfaceName(index),
        addresses: [address],
      })),
    ],
  };
}

function insideOf(pod: PodObservation) {
  const places = (pod.status ?? []).flatMap((entry) =>
    entry.addresses.map((address) => ({ interface: entry.interface, address, prefix: 24 })),
  );
  const routes = places.map(({ interface: device, address }) => ({
    destination: address.replace(/\.\d+$/, '.0/24'),
    interface: device,
    source: address,
  }));
  return {
    addresses: [{ interface: 'lo', address: '127.0.0.1', prefix: 8 }, ...places],
    mtu: Object.fromEntries(places.map(({ interface: device }) => [device, 9001])),
    routes,
    routeText: routes
      .map((route) => `${route.destination} dev ${route.interface} scope link  src ${route.source}`)
      .join('\n'),
  };
}
