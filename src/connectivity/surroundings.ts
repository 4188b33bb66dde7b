import { type Holders, holdersOf } from './address-holders.ts';
import type { Evidence, NodeInterface } from './evidence.ts';
import type { ProbeNetwork } from './network.ts';
import type { PodObservation } from './observation.ts';
import { type Endpoint, endpointsOf } from './pairs.ts';
import { answered, type ProbedPair } from './probed-pair.ts';

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
  /** Do requests on a network arrive from one node at another? Undefined where that was not looked into. */
  arrives(network: string, from: string | undefined, to: string | undefined): boolean | undefined;
}

export function surroundingsOf(evidence: Evidence, pairs: readonly ProbedPair[]): Surroundings {
  const { networks, pods, neighbours = [], interfaces } = evidence;
  const places = pods.flatMap(endpointsOf);
  const placesByNetwork = Map.groupBy(places, ({ network }) => network);
  const interfacesByNode = Map.groupBy(interfaces ?? [], ({ node }) => node ?? '');
  const byEnds = new Map(pairs.map((pair) => [ends(pair, 'source', 'target'), pair]));
  const within = pairs.filter(({ source, target }) => source.network === target.network);
  const near = within.filter((pair) => pair.scope === 'same-node' && answered(pair));
  const talking = new Set(near.map(({ source }) => source.network));
  const looked = within.filter(({ ping }) => ping?.arrived !== undefined);
  const arrivals = new Map(
    looked.map(({ source, target, ping }) => [
      `${source.network} ${source.node} ${target.node}`,
      ping?.arrived,
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
    arrives: (network, from, to) => arrivals.get(`${network} ${from} ${to}`),
  };
}

function ends(pair: ProbedPair, first: 'source' | 'target', second: 'source' | 'target'): string {
  const side = ({ pod, interface: device, address }: ProbedPair['source']) =>
    `${pod} ${device} ${address}`;
  return `${side(pair[first])} ${side(pair[second])}`;
}
