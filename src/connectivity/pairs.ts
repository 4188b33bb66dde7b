import { sameFamily } from './address.ts';
import { type Expectation, type Expected, expectationFor } from './expectation.ts';
import { interfaceName, type PodObservation } from './observation.ts';
import { samplePairs } from './pair-sample.ts';
import { type Scope, scopeOf } from './scope.ts';

/** One pod's place on one network. */
export interface Endpoint {
  readonly pod: string;
  readonly node?: string;
  readonly zone?: string;
  /** `namespace/name` of the network. */
  readonly network: string;
  readonly interface: string;
  /** Absent when Multus reports none. */
  readonly address?: string;
}

/** What should happen when `source` pings `target` through its own interface. */
export interface Pair {
  readonly source: Endpoint;
  readonly target: Endpoint;
  readonly scope: Scope;
  readonly expected: Expected;
  /** What says so: the rule of one network and different networks, or a line of the input `expect`. */
  readonly because: string;
}

/** Which pairs there are, and what is expected of them. */
export interface PairPlan {
  readonly expectations?: readonly Expectation[];
  /** The most pairs; all when absent. */
  readonly maxPairs?: number;
}

/** Every place that the pods ask for; one for each address, and one without address where none is known. */
export function endpointsOf(pod: PodObservation): Endpoint[] {
  return pod.networks.flatMap((network, index) => {
    const wanted = interfaceName(index);
    const candidates = (pod.status ?? []).filter((entry) => entry.network === network);
    const entry = candidates.find((one) => one.interface === wanted) ?? candidates[0];
    const place = {
      pod: pod.name,
      ...(pod.node === undefined ? {} : { node: pod.node }),
      ...(pod.zone === undefined ? {} : { zone: pod.zone }),
      network,
      interface: entry?.interface ?? wanted,
    };
    const addresses = entry?.addresses ?? [];
    return addresses.length === 0 ? [place] : addresses.map((address) => ({ ...place, address }));
  });
}

/**
 * Every ordered pair of places in different pods, IPv4 with IPv4 and IPv6 with IPv6; of too many, the same
 * sample each time.
 */
export function pairsOf(pods: readonly PodObservation[], plan: PairPlan = {}): Pair[] {
  const places = pods.flatMap(endpointsOf);
  const sources = pods.flatMap((pod) => endpointsOf(pod).filter(isFirstOfItsFamily));
  const bySource = sources.map((source) =>
    places
      .filter((target) => target.pod !== source.pod && comparable(source, target))
      .map((target): Pair => {
        const scope = scopeOf(source, target);
        const { network } = source;
        const verdict = expectationFor(network, target.network, scope, plan.expectations ?? []);
        return { source, target, scope, ...verdict };
      }),
  );
  return samplePairs(bySource, plan.maxPairs ?? Number.POSITIVE_INFINITY);
}

/** Probes are bound to an interface, so a second address of the same family would repeat them. */
function isFirstOfItsFamily(place: Endpoint, index: number, all: readonly Endpoint[]): boolean {
  return !all
    .slice(0, index)
    .some((earlier) => earlier.interface === place.interface && comparable(earlier, place));
}

function comparable({ address: one }: Endpoint, { address: other }: Endpoint): boolean {
  return one === undefined || other === undefined || sameFamily(one, other);
}
