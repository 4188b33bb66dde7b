import { isIpv6 } from '../../core/ip.ts';
import { interfaceName, type Ping, type PodObservation } from './observation.ts';

/** One pod's interface on one network, with one address. */
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
  /** The rule that applies: one network, different networks, or a line of the input `expect`. */
  readonly because: string;
}

/** Which pairs there are, and what is expected of them. */
export interface PairPlan {
  readonly expectations?: readonly Expectation[];
  /** The most pairs; all when absent. */
  readonly maxPairs?: number;
}

/** The endpoints of a pod: one for each address, and one without an address where none is known. */
export function endpointsOf(pod: PodObservation): readonly Endpoint[] {
  const known = ENDPOINTS.get(pod) ?? findEndpoints(pod);
  ENDPOINTS.set(pod, known);
  return known;
}

/** Most checks ask for the endpoints of a pod, and an observation never changes. */
const ENDPOINTS = new WeakMap<PodObservation, readonly Endpoint[]>();

function findEndpoints(pod: PodObservation): Endpoint[] {
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
 * Every ordered pair of endpoints in different pods, IPv4 with IPv4 and IPv6 with IPv6. When there are more than the plan
 * allows, each source gets the same number of targets, at least one. The same pods give the same sample.
 */
export function pairsOf(pods: readonly PodObservation[], plan: PairPlan = {}): Pair[] {
  const places = pods.flatMap(endpointsOf);
  const sources = pods.flatMap((pod) => endpointsOf(pod).filter(isFirstOfItsFamily));
  const groups = [...Map.groupBy(places, groupKey).values()];
  const ofPod = Map.groupBy(places, ({ pod }) => pod);
  const families = Map.groupBy(places, ({ address }) => familyOf(address));
  const sizeOf = (family: string) => families.get(family)?.length ?? 0;
  const countOf = (source: Endpoint) => {
    const own = (ofPod.get(source.pod) ?? []).filter((place) => comparable(source, place));
    const family = familyOf(source.address);
    return (family === '' ? places.length : sizeOf('') + sizeOf(family)) - own.length;
  };
  const all = sources.reduce((sum, source) => sum + countOf(source), 0);
  const most = plan.maxPairs ?? Number.POSITIVE_INFINITY;
  const quota = all <= most ? all : Math.max(1, Math.floor(most / sources.length));
  const pairs: Pair[][] = [];
  // Sources that are alike share their targets, which are many: one group's at a time is in memory.
  for (const alike of Map.groupBy(sources.entries(), ([, source]) => groupKey(source)).values()) {
    const [[, first] = []] = alike;
    const targets = first === undefined ? [] : targetGroups(first, groups, plan.expectations ?? []);
    for (const [index, source] of alike) {
      pairs[index] = samplePairs(source, targets, quota, all <= most ? 0 : index);
    }
  }
  if (all > most) return pairs.flat();
  const order = new Map(places.map((place, index) => [place, index]));
  const byTarget = (one: Pair, other: Pair) =>
    (order.get(one.target) ?? 0) - (order.get(other.target) ?? 0);
  return pairs.flatMap((own) => own.toSorted(byTarget));
}

/** Endpoints with the same key have the same scope and expectation towards every other endpoint. */
function groupKey({ network, node, zone, address }: Endpoint): string {
  return [network, node, zone, familyOf(address)].join('\n');
}

/** The targets of `source` in groups. They include its own pod, which is left out when pairs are made. */
function targetGroups(
  source: Endpoint,
  groups: readonly (readonly Endpoint[])[],
  expectations: readonly Expectation[],
): readonly TargetGroup[] {
  const found = new Map<string, { verdict: Omit<TargetGroup, 'targets'>; targets: Endpoint[] }>();
  for (const group of groups) {
    const [first] = group;
    if (first === undefined || !comparable(source, first)) continue;
    const scope = scopeOf(source, first);
    const verdict = expectationFor(source.network, first.network, scope, expectations);
    const key = `${verdict.expected} ${scope} ${first.network}`;
    const own = found.get(key) ?? { verdict: { ...verdict, scope }, targets: [] };
    own.targets.push(...group);
    found.set(key, own);
  }
  return [...found.values()].map(({ verdict, targets }) => ({ ...verdict, targets }));
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

/** Does not parse the address, because it runs for every two endpoints. */
function familyOf(address: string | undefined): string {
  if (address === undefined) return '';
  return isIpv6(address) ? 'IPv6' : 'IPv4';
}

/** How far apart two pods are; `unknown` when one of them has no node. */
export const SCOPES = ['same-node', 'other-node', 'other-zone', 'unknown'] as const;
export type Scope = (typeof SCOPES)[number];

/** Where something runs. Without a zone, nodes count as being in one. */
export interface Location {
  readonly node?: string;
  readonly zone?: string;
}

/** How far apart two pods are. */
export function scopeOf(source: Location, target: Location): Scope {
  if (source.node === undefined || target.node === undefined) return 'unknown';
  if (source.node === target.node) return 'same-node';
  return source.zone === target.zone ? 'other-node' : 'other-zone';
}

/** One line of the input `expect`: which pairs of networks must talk, or must not. */
export interface Expectation {
  /** Name or `namespace/name` of networks; `*` stands for any run of characters. */
  readonly from: string;
  readonly to: string;
  /** Only pairs that are so far apart; all when absent. */
  readonly scope?: Exclude<Scope, 'unknown'>;
  readonly talk: boolean;
}

export type Expected = 'answer' | 'silence';

/** What should happen between two networks, and which rule says so. */
export interface Verdict {
  readonly expected: Expected;
  readonly because: string;
}

/**
 * The first expectation that fits decides. When none fits, pods on one network must answer each other and
 * pods on different networks must stay apart.
 *
 * @param from `namespace/name` of the network that asks
 * @param to `namespace/name` of the network that is asked
 */
export function expectationFor(
  from: string,
  to: string,
  scope: Scope,
  expectations: readonly Expectation[],
): Verdict {
  const index = expectations.findIndex(
    (one) =>
      matchesName(one.from, from) &&
      matchesName(one.to, to) &&
      (one.scope === undefined || one.scope === scope),
  );
  const found = expectations[index];
  if (found !== undefined) {
    const where = found.scope === undefined ? '' : ` (${found.scope})`;
    const because = `expect line ${index + 1}: ${found.from} → ${found.to}${where}`;
    return { expected: found.talk ? 'answer' : 'silence', because };
  }
  return from === to
    ? { expected: 'answer', because: 'one network' }
    : { expected: 'silence', because: 'different networks' };
}

/** Whether a pattern matches a network's name, with or without its namespace. */
export function matchesName(pattern: string, id: string): boolean {
  const name = pattern.includes('/') ? id : (id.split('/')[1] ?? id);
  const parts = pattern.split('*').map((part) => part.replace(/[.\\+?^${}()|[\]]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`).test(name);
}

/** Targets of one network at the same distance from a source. The same is expected of all of them. */
export interface TargetGroup extends Verdict {
  readonly scope: Scope;
  readonly targets: readonly Endpoint[];
}

/**
 * A sample of the pairs of one source. Takes targets from each group in turn, so that every group is tested. Begins at
 * `start`, so that different sources test different targets.
 */
export function samplePairs(
  source: Endpoint,
  groups: readonly TargetGroup[],
  most: number,
  start: number,
): Pair[] {
  const taken: Pair[] = [];
  const longest = Math.max(0, ...groups.map(({ targets }) => targets.length));
  const first = firstGroup(start, groups.length);
  for (let turn = 0; turn < longest && taken.length < most; turn += 1) {
    for (let index = 0; index < groups.length && taken.length < most; index += 1) {
      const group = groups[(first + index) % groups.length];
      if (group === undefined || turn >= group.targets.length) continue;
      const { targets, scope, expected, because } = group;
      const target = targets[(start + turn) % targets.length];
      if (target === undefined || target.pod === source.pod) continue;
      taken.push({ source, target, scope, expected, because });
    }
  }
  return taken;
}

/** With fewer pairs than groups for each source, sources must begin with different groups, also those of one network. */
function firstGroup(start: number, groups: number): number {
  return groups === 0 ? 0 : (start + Math.floor(start / groups)) % groups;
}

/** A pair and the result of its ping. */
export interface ProbedPair extends Pair {
  readonly ping?: Ping;
  /** Why there is no ping. */
  readonly unprobed?: string;
}

/** Adds to each pair its ping from the observations. */
export function probedPairs(pairs: readonly Pair[], pods: readonly PodObservation[]): ProbedPair[] {
  const observed = new Map(pods.map((pod) => [pod.name, { pod, pings: pingsOf(pod) }]));
  return pairs.map((pair) => {
    const { source, target } = pair;
    for (const end of [source, target]) {
      if (end.address === undefined) {
        return { ...pair, unprobed: `${end.pod} has no address on ${end.interface}` };
      }
    }
    const { pod, pings } = observed.get(source.pod) ?? {};
    const ping = pings?.get(`${source.interface} ${target.address}`);
    if (ping !== undefined) return { ...pair, ping };
    return { ...pair, unprobed: pod?.probeError ?? pod?.notReady ?? 'the probe did not send it' };
  });
}

function pingsOf(pod: PodObservation): ReadonlyMap<string, Ping> {
  return new Map(
    (pod.probe?.pings ?? []).map((ping) => [`${ping.interface} ${ping.address}`, ping]),
  );
}

/** True when at least one answer came. */
export function answered(pair: ProbedPair): boolean {
  return (pair.ping?.received ?? 0) > 0;
}

/** What a check of a pair is about. */
export function pairSubject({ source, target }: Pair): string {
  return `${source.pod} ${source.interface} → ${target.pod} ${target.interface}`;
}
