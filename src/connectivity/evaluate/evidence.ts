import type { NetworkInterface } from '../../aws/network-interfaces.ts';
import { isIpv6 } from '../../core/ip.ts';
import type { ProbeNetwork } from '../probe/network.ts';
import type { Transport } from '../protocol.ts';
import {
  lossPercent,
  type NodeObservation,
  type PodObservation,
  type Requests,
} from './observation.ts';
import {
  answered,
  type Endpoint,
  type Expectation,
  endpointsOf,
  type ProbedPair,
} from './pairs.ts';
import type { ChosenChecks } from './select-checks.ts';
import type { Target } from './targets.ts';

/** All that the checks of a run are decided by: what was observed, and what was expected. */
export interface Evidence {
  readonly networks: readonly ProbeNetwork[];
  readonly pods: readonly PodObservation[];
  /** The nodes to test; absent when the layout does not choose nodes. */
  readonly nodes?: readonly NodeObservation[];
  /** Lines of the input `expect`. Without them, pods on one network talk and pods on different networks do not. */
  readonly expectations?: readonly Expectation[];
  /** Limits for packet loss and latency; absent when only answer and silence count. */
  readonly limits?: Limits;
  /** The most pairs that are probed; all when absent. */
  readonly maxPairs?: number;
  /** Addresses on secondary networks of pods that do not belong to this run. */
  readonly neighbours?: readonly Neighbour[];
  /** Absent when AWS was not asked: no credentials, or no EKS cluster. */
  readonly interfaces?: readonly NodeInterface[];
  /** The networks whose definitions changed during the test; absent when they were not read again. */
  readonly changedNetworks?: ReadonlyMap<string, 'deleted' | 'changed'>;
  /** The MultiNetworkPolicies that select the test pods, by network; absent when there are none, or nobody may list them. */
  readonly policies?: ReadonlyMap<string, readonly string[]>;
  /** The protocols besides ICMP that pods must answer on their networks. */
  readonly transports?: readonly Transport[];
  /** Lines of the input `targets`. */
  readonly targets?: readonly Target[];
  readonly sampling?: SampleLimits;
  /** The checks to run; all when absent. */
  readonly chosen?: ChosenChecks;
}

/** Which networks are sampled, and what samples must show. */
export interface SampleLimits {
  /** Patterns of names. */
  readonly networks: readonly string[];
  /** The mean difference of consecutive round trips, in milliseconds; not judged when absent. */
  readonly jitterMilliseconds?: number;
  readonly megabitsPerSecond?: number;
}

export interface Limits {
  /** Packets that may be lost, in percent. */
  readonly lossPercent: number;
  /** Longest average time of an answer, in milliseconds; not judged when absent. */
  readonly averageMilliseconds?: number;
}

/** An address of another pod of the cluster, from its `network-status`. */
export interface Neighbour {
  /** `namespace/name`. */
  readonly pod: string;
  readonly node?: string;
  readonly network: string;
  readonly interface: string;
  readonly address: string;
}

/** An elastic network interface of a node, as EC2 knows it. */
export interface NodeInterface
  extends Omit<NetworkInterface, 'instanceId' | 'tags' | 'attachedTo'> {
  /** The Kubernetes node; undefined when the interface is attached to no node of this cluster. */
  readonly node: string | undefined;
}

/** Quick look-ups in the evidence, for the explanation of failures. */
export interface EvidenceIndex {
  readonly pods: ReadonlyMap<string, PodObservation>;
  readonly networks: ReadonlyMap<string, ProbeNetwork>;
  readonly holders: Holders;
  /** All network interfaces; undefined when AWS was not asked. */
  readonly interfaces: readonly NodeInterface[] | undefined;
  /** The MultiNetworkPolicies that select the test pods on a network, as words. */
  policiesOf(network: string): string | undefined;
  interfacesOf(node: string): readonly NodeInterface[];
  /** The places on a network. */
  places(network: string): readonly Endpoint[];
  /** The places on a network whose interface has a MAC address. */
  sharingMac(network: string, mac: string): readonly Endpoint[];
  /** The interface of a node that has an address as its primary one, or as a single one of IPv6. */
  ownerOf(address: string): NodeInterface | undefined;
  /** Whether the same two interfaces talk in the other family of addresses. */
  talksInOtherFamily(pair: ProbedPair): boolean;
  /** The pair in the other direction. */
  reverseOf(pair: ProbedPair): ProbedPair | undefined;
  /** Whether a pair on one node talks on the network. */
  talksWithinNode(network: string): boolean;
  /** Whether a pair on one node loses too many packets on the network. Undefined when no pair on one node talks. */
  losesWithinNode(network: string): boolean | undefined;
  /** How far requests of a family get from one node to another on the source's network. Undefined when they were not traced. */
  requests(source: Endpoint, target: Endpoint): Requests | undefined;
}

/** Makes the evidence quick to ask: the checks and explainers ask it for every pair. */
export function indexEvidence(evidence: Evidence, pairs: readonly ProbedPair[]): EvidenceIndex {
  const { networks, pods, neighbours = [], interfaces, limits, policies } = evidence;
  const byName = new Map(pods.map((pod) => [pod.name, pod]));
  const places = pods.flatMap(endpointsOf);
  const placesByNetwork = Map.groupBy(places, ({ network }) => network);
  const interfacesByNode = Map.groupBy(interfaces ?? [], ({ node }) => node ?? '');
  const byMac = Map.groupBy(places, (place) => `${place.network} ${macOf(place, byName)}`);
  const owners = new Map(
    (interfaces ?? []).flatMap((one) =>
      [one.primary, ...one.ipv6Addresses].map((address) => [address, one] as const),
    ),
  );
  const byEnds = new Map(pairs.map((pair) => [ends(pair, 'source', 'target'), pair]));
  const talkingFamilies = new Set(
    pairs.filter(answered).map((pair) => familyKey(pair, isIpv6(pair.source.address))),
  );
  const within = pairs.filter(({ source, target }) => source.network === target.network);
  const near = within.filter((pair) => pair.scope === 'same-node' && answered(pair));
  const talking = Map.groupBy(near, ({ source }) => source.network);
  const allowed = limits?.lossPercent ?? 0;
  const losesTooMany = ({ ping }: ProbedPair) => ping !== undefined && lossPercent(ping) > allowed;
  const looked = within.filter(({ ping }) => ping?.requests !== undefined);
  const requests = new Map(
    looked.map(({ source, target, ping }) => [requestKey(source, target), ping?.requests]),
  );
  return {
    pods: byName,
    networks: new Map(networks.map((network) => [network.id, network])),
    holders: holdersOf(places, neighbours),
    interfaces,
    policiesOf: (network) => policies?.get(network)?.join(' and '),
    interfacesOf: (node) => interfacesByNode.get(node) ?? [],
    places: (network) => placesByNetwork.get(network) ?? [],
    sharingMac: (network, mac) => byMac.get(`${network} ${mac}`) ?? [],
    ownerOf: (address) => owners.get(address),
    talksInOtherFamily: (pair) =>
      talkingFamilies.has(familyKey(pair, !isIpv6(pair.source.address))),
    reverseOf: (pair) => byEnds.get(ends(pair, 'target', 'source')),
    talksWithinNode: (network) => talking.has(network),
    losesWithinNode: (network) => talking.get(network)?.some(losesTooMany),
    requests: (source, target) => requests.get(requestKey(source, target)),
  };
}

function macOf(
  { pod, interface: device }: Endpoint,
  pods: EvidenceIndex['pods'],
): string | undefined {
  return pods.get(pod)?.probe?.mac?.[device];
}

function requestKey({ network, node, address }: Endpoint, target: Endpoint): string {
  return `${network} ${node} ${target.node} ${isIpv6(address)}`;
}

function familyKey({ source, target }: ProbedPair, ipv6: boolean): string {
  return `${source.pod} ${source.interface} ${target.pod} ${target.interface} ${ipv6}`;
}

function ends(pair: ProbedPair, first: 'source' | 'target', second: 'source' | 'target'): string {
  const side = ({ pod, interface: device, address }: ProbedPair['source']) =>
    `${pod} ${device} ${address}`;
  return `${side(pair[first])} ${side(pair[second])}`;
}

/** A pod's interface that has an address. */
export type Holder = Pick<Endpoint, 'pod' | 'node' | 'interface' | 'network'>;

/** The pods that have an address, by network and address. */
export type Holders = ReadonlyMap<string, readonly Holder[]>;

/** The addresses of the pods under test and of the other pods in the cluster. */
export function holdersOf(places: readonly Endpoint[], neighbours: readonly Neighbour[]): Holders {
  const known = places.filter(({ address }) => address !== undefined);
  return Map.groupBy<string, Endpoint | Neighbour>([...known, ...neighbours], keyOf);
}

/** The other pods and interfaces that have the address of `place`. */
export function othersAt(place: Endpoint, holders: Holders): readonly Holder[] {
  return (holders.get(keyOf(place)) ?? []).filter(
    (holder) => holder.pod !== place.pod || holder.interface !== place.interface,
  );
}

function keyOf({ network, address }: Pick<Endpoint, 'network' | 'address'>): string {
  return `${network} ${address}`;
}
