import { type Holders, holdersOf } from './address-holders.ts';
import type { Evidence, NodeInterface } from './evidence.ts';
import type { ProbeNetwork } from './network.ts';
import type { PodObservation, Requests } from './observation.ts';
import { type Endpoint, endpointsOf } from './pairs.ts';
import { answered, type ProbedPair } from './probed-pair.ts';
import { lossPercent } from './quality-checks.ts';

/** What is known around a place or a pair, looked up quickly: a failure is explained from all that was seen. */
export interface Surroundings {
  readonly pods: ReadonlyMap<string, PodObservation>;
  readonly networks: ReadonlyMap<string, ProbeNetwork>;
  readonly holders: Holders;
  /** All network interfaces; undefined when AWS was not asked. */
  readonly interfaces: readonly NodeInterface[] | undefined;
  interfacesOf(node: string): readonly NodeInterface[];
  /** The places on a network. */
  places(network: string): readonly Endpoint[];
  /** The same pair the other way round. */
  reverseOf(pair: ProbedPair): ProbedPair | undefined;
  /** Does a pair on one node talk on the network? */
  talksWithinNode(network: string): boolean;
  /** Does a pair on one node lose more packets on the network than it may? Undefined when no pair there talks. */
  losesWithinNode(network: string): boolean | undefined;
  /** How far requests on a network come from one node to another. Undefined where that was not looked into. */
  requests(network: string, from: string | undefined, to: string | undefined): Requests | undefined;
}

export function surroundingsOf(evidence: Evidence, pairs: readonly ProbedPair[]): Surroundings {
  const { networks, pods, neighbours = [], interfaces, limits } = evidence;
  const places = pods.flatMap(endpointsOf);
  const placesByNetwork = Map.groupBy(places, ({ network }) => network);
  const interfacesByNode = Map.groupBy(interfaces ?? [], ({ node }) => node ?? '');
  const byEnds = new Map(pairs.map((pair) => [ends(pair, 'source', 'target'), pair]));
  const within = pairs.filter(({ source, target }) => source.network === target.network);
  const near = within.filter((pair) => pair.scope === 'same-node' && answered(pair));
  const talking = Map.groupBy(near, ({ source }) => source.network);
  const allowed = limits?.lossPercent ?? 0;
  const losesTooMany = ({ ping }: ProbedPair) => ping !== undefined && lossPercent(ping) > allowed;
  const looked = within.filter(({ ping }) => ping?.requests !== undefined);
  const requests = new Map(
    looked.map(({ source, target, ping }) => [
      `${source.network} ${source.node} ${target.node}`,
      ping?.requests,
    ]),
  );
  return {
    pods: new Map(pods.map((pod) => [pod.name, pod])),
    networks: new Map(networks.map((network) => [network.id, network])),
    holders: holdersOf(places, neighbours),
    interfaces,
    interfacesOf: (node) => interfacesByNode.get(node) ?? [],
    places: (network) => placesByNetwork.get(network) ?? [],
    reverseOf: (pair) => byEnds.get(ends(pair, 'target', 'source')),
    talksWithinNode: (network) => talking.has(network),
    losesWithinNode: (network) => talking.get(network)?.some(losesTooMany),
    requests: (network, from, to) => requests.get(`${network} ${from} ${to}`),
  };
}

function ends(pair: ProbedPair, first: 'source' | 'target', second: 'source' | 'target'): string {
  const side = ({ pod, interface: device, address }: ProbedPair['source']) =>
    `${pod} ${device} ${address}`;
  return `${side(pair[first])} ${side(pair[second])}`;
}
