import { type Expectation, type Expected, expectationFor } from './expectation.ts';
import { interfaceName, type PodObservation } from './observation.ts';
import { type Kind, samplePairs } from './pair-sample.ts';
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
 * Every ordered pair of places in different pods, IPv4 with IPv4 and IPv6 with IPv6. When they are more than the
 * plan takes, the same number for each source, at least one; the same pods give the same sample.
 */
export function pairsOf(pods: readonly PodObservation[], plan: PairPlan = {}): Pair[] {
  const places = pods.flatMap(endpointsOf);
  const sources = pods.flatMap((pod) => endpointsOf(pod).filter(isFirstOfItsFamily));
  const groups = [...Map.groupBy(places, likeness).values()];
  const kinds = memoised(likeness, (source) => kindsOf(source, groups, plan.expectations ?? []));
  const ofPod = Map.groupBy(places, ({ pod }) => pod);
  const countOf = (source: Endpoint) => {
    const own = (ofPod.get(source.pod) ?? []).filter((place) => comparable(source, place));
    return kinds(source).reduce((sum, { targets }) => sum + targets.length, -own.length);
  };
  const all = sources.reduce((sum, source) => sum + countOf(source), 0);
  const most = plan.maxPairs ?? Number.POSITIVE_INFINITY;
  const quota = all <= most ? all : Math.max(1, Math.floor(most / sources.length));
  const pairs = sources.map((source, index) =>
    samplePairs(source, kinds(source), quota, all <= most ? 0 : index),
  );
  if (all > most) return pairs.flat();
  const order = new Map(places.map((place, index) => [place, index]));
  const byTarget = (one: Pair, other: Pair) =>
    (order.get(one.target) ?? 0) - (order.get(other.target) ?? 0);
  return pairs.flatMap((own) => own.toSorted(byTarget));
}

/** Places that are alike see every other place in the same way. */
function likeness({ network, node, zone, address }: Endpoint): string {
  return [network, node, zone, familyOf(address)].join('\n');
}

/** What `source` may ping: its own pod is among them, and left out when pairs are made. */
function kindsOf(
  source: Endpoint,
  groups: readonly (readonly Endpoint[])[],
  expectations: readonly Expectation[],
): readonly Kind[] {
  const kinds = new Map<string, Kind>();
  for (const group of groups) {
    const [first] = group;
    if (first === undefined || !comparable(source, first)) continue;
    const scope = scopeOf(source, first);
    const verdict = expectationFor(source.network, first.network, scope, expectations);
    const key = `${verdict.expected} ${scope} ${first.network}`;
    const targets = [...(kinds.get(key)?.targets ?? []), ...group];
    kinds.set(key, { ...verdict, scope, targets });
  }
  return [...kinds.values()];
}

function memoised<Item, Value>(
  keyOf: (item: Item) => string,
  make: (item: Item) => Value,
): (item: Item) => Value {
  const made = new Map<string, Value>();
  return (item) => {
    const key = keyOf(item);
    const value = made.get(key) ?? make(item);
    made.set(key, value);
    return value;
  };
}

/** Probes are bound to an interface, so a second address of the same family would repeat them. */
function isFirstOfItsFamily(place: Endpoint, index: number, all: readonly Endpoint[]): boolean {
  return !all
    .slice(0, index)
    .some((earlier) => earlier.interface === place.interface && comparable(earlier, place));
}

function comparable({ address: one }: Endpoint, { address: other }: Endpoint): boolean {
  return one === undefined || other === undefined || familyOf(one) === familyOf(other);
}

/** Asked of every two places, so it does not parse. */
function familyOf(address: string | undefined): string {
  if (address === undefined) return '';
  return address.includes(':') ? 'IPv6' : 'IPv4';
}
