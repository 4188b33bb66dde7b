import type { NodeInterface } from './evidence.ts';
import type { ProbeNetwork } from './network.ts';
import type { PodObservation } from './observation.ts';
import type { ProbedPair } from './probed-pair.ts';

/** What is known around a pair, looked up quickly: a failure is explained from the rest of what was seen. */
export interface Surroundings {
  readonly pods: ReadonlyMap<string, PodObservation>;
  readonly networks: ReadonlyMap<string, ProbeNetwork>;
  /** The same pair the other way round. */
  reverseOf(pair: ProbedPair): ProbedPair | undefined;
  /** The pairs that end, or start, on a node's side of one network, and have that network at both ends. */
  within(network: string): readonly ProbedPair[];
  readonly interfaces: readonly NodeInterface[] | undefined;
}

export function surroundingsOf(
  networks: readonly ProbeNetwork[],
  pods: readonly PodObservation[],
  pairs: readonly ProbedPair[],
  interfaces: readonly NodeInterface[] | undefined,
): Surroundings {
  const byEnds = new Map(pairs.map((pair) => [ends(pair, 'source', 'target'), pair]));
  const byNetwork = Map.groupBy(
    pairs.filter(({ source, target }) => source.network === target.network),
    ({ source }) => source.network,
  );
  return {
    pods: new Map(pods.map((pod) => [pod.name, pod])),
    networks: new Map(networks.map((network) => [network.id, network])),
    reverseOf: (pair) => byEnds.get(ends(pair, 'target', 'source')),
    within: (network) => byNetwork.get(network) ?? [],
    interfaces,
  };
}

function ends(pair: ProbedPair, first: 'source' | 'target', second: 'source' | 'target'): string {
  const side = ({ pod, interface: device, address }: ProbedPair['source']) =>
    `${pod} ${device} ${address}`;
  return `${side(pair[first])} ${side(pair[second])}`;
}
