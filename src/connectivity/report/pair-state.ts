import { addressFinder, isIpv6 } from '../../core/ip.ts';
import type { CheckResult } from '../evaluate/check.ts';
import type {
  Report,
  ReportedNode,
  ReportedNodeInterface,
  ReportedPair,
  ReportedPlace,
} from './report.ts';

/** The states of a pair, worst first. */
export const PAIR_STATES = [
  'silent',
  'leaks',
  'impaired',
  'not-probed',
  'answers',
  'apart',
] as const;

export type PairState = (typeof PAIR_STATES)[number];

/** A pair, its state, and the checks that it failed. */
export interface JudgedPair {
  readonly pair: ReportedPair;
  readonly state: PairState;
  readonly failures: readonly CheckResult[];
}

/** The legend of matrices: a sign that is readable without colour, and its meaning. */
export const STATE_LEGEND: Readonly<Record<PairState, { sign: string; words: string }>> = {
  silent: { sign: '❌', words: 'silent, but should answer' },
  leaks: { sign: '⚠️', words: 'answers, but should be isolated' },
  impaired: {
    sign: '🟠',
    words: 'answers, with loss, delay, a smaller MTU or a protocol that does not pass',
  },
  'not-probed': { sign: '❔', words: 'not probed' },
  answers: { sign: '✅', words: 'answers' },
  apart: { sign: '🔒', words: 'isolated, as it should be' },
};

/** Adds to each pair of the matrix its state and the checks that it failed. */
export function judgePairs({ matrix, checks }: Report): readonly JudgedPair[] {
  const failed = checks.filter(({ outcome }) => outcome === 'failed');
  const bySubject = Map.groupBy(failed, ({ subject }) => subject);
  return matrix.map((pair) => {
    const failures = bySubject.get(pairName(pair)) ?? [];
    return { pair, state: stateOf(pair, failures), failures };
  });
}

/** The worst state among pairs; undefined when there are none. */
export function worst(pairs: readonly JudgedPair[]): PairState | undefined {
  const present = new Set(pairs.map(({ state }) => state));
  return PAIR_STATES.find((state) => present.has(state));
}

/** The name of a pair, which is also the subject of its checks. */
export function pairName({ source, target }: ReportedPair): string {
  return `${source.pod} ${source.interface} → ${target.pod} ${target.interface}`;
}

function stateOf(pair: ReportedPair, failures: readonly CheckResult[]): PairState {
  if (pair.seen === 'not-probed') return 'not-probed';
  if (pair.expected === 'silence') return pair.seen === 'silence' ? 'apart' : 'leaks';
  if (pair.seen === 'silence') return 'silent';
  return failures.length > 0 ? 'impaired' : 'answers';
}

/** Pairs as rows and columns. A cell holds all pairs between two endpoints, or between two nodes on their networks. */
export interface Matrix {
  readonly by: 'place' | 'node';
  readonly rows: readonly string[];
  readonly columns: readonly string[];
  cell(row: string, column: string): readonly JudgedPair[];
}

/**
 * The matrix by endpoint (pod and interface) when it has at most `most` rows and columns, else by node and network.
 * Endpoints of one network stand together, and within a network those of one node.
 */
export function matrixOf(report: Report, most: number): Matrix {
  const pairs = judgePairs(report);
  const nodes = new Map(report.pods.map((pod) => [pod.name, pod.node ?? 'no node']));
  const byPlace = (place: ReportedPlace) => `${place.pod} ${place.interface}`;
  const places = new Set(pairs.flatMap(({ pair }) => [byPlace(pair.source), byPlace(pair.target)]));
  if (places.size <= most) return layOut('place', pairs, byPlace, nodes);
  return layOut('node', pairs, (place) => `${nodes.get(place.pod)} ${place.network}`, nodes);
}

function layOut(
  by: Matrix['by'],
  pairs: readonly JudgedPair[],
  label: (place: ReportedPlace) => string,
  nodes: ReadonlyMap<string, string>,
): Matrix {
  const order = (place: ReportedPlace) =>
    [place.network, nodes.get(place.pod), place.pod, place.interface].join('\n');
  const labels = (side: 'source' | 'target') => {
    const keys = pairs.map(({ pair }) => [order(pair[side]), label(pair[side])] as const);
    const sorted = [...new Map(keys)].toSorted(([one], [other]) => (one < other ? -1 : 1));
    return [...new Set(sorted.map(([, name]) => name))];
  };
  const cells = Map.groupBy(pairs, ({ pair }) => `${label(pair.source)}\n${label(pair.target)}`);
  return {
    by,
    rows: labels('source'),
    columns: labels('target'),
    cell: (row, column) => cells.get(`${row}\n${column}`) ?? [],
  };
}

/** One prefix of a node's network interface, and which of its addresses the tested pods have. */
export interface PrefixRow {
  readonly node: string;
  readonly zone: string | null;
  readonly eni: string;
  /** `eth1`; empty when the interface is not attached. */
  readonly device: string;
  readonly primary: string;
  readonly status: string;
  /** Null for an interface without a prefix. */
  readonly prefix: string | null;
  /** Addresses of tested pods that lie in the prefix. */
  readonly addresses: readonly string[];
  /** How many addresses the prefix holds, of IPv4 only; null for IPv6 and without a prefix. */
  readonly capacity: number | null;
}

/** A row for each prefix, and one for each Multus interface without any. Empty when AWS was not asked. */
export function prefixRows(report: Report): readonly PrefixRow[] {
  const byNode = Map.groupBy(report.pods, ({ node }) => node);
  return report.nodes.flatMap((node) => {
    const addressesIn = addressFinder(
      (byNode.get(node.name) ?? [])
        .flatMap((pod) => pod.interfaces)
        .flatMap(({ address }) => address ?? []),
    );
    return (node.interfaces ?? [])
      .filter(({ deviceIndex }) => deviceIndex !== 0)
      .toSorted((one, other) => order(one) - order(other))
      .flatMap((eni) => rowsOf(node, eni, addressesIn));
  });
}

function rowsOf(
  { name, zone }: ReportedNode,
  eni: ReportedNodeInterface,
  addressesIn: (cidr: string) => readonly string[],
): PrefixRow[] {
  const { id, deviceIndex, primary, status } = eni;
  const device = deviceIndex === null ? '' : `eth${deviceIndex}`;
  const interfaceOf = { node: name, zone, eni: id, device, primary, status };
  if (eni.prefixes.length === 0) {
    return [{ ...interfaceOf, prefix: null, addresses: [], capacity: null }];
  }
  return eni.prefixes.map((prefix) => ({
    ...interfaceOf,
    prefix,
    addresses: addressesIn(prefix),
    capacity: isIpv6(prefix) ? null : 2 ** (32 - Number(prefix.split('/')[1])),
  }));
}

/** Interfaces that are not attached come last. */
function order({ deviceIndex }: ReportedNodeInterface): number {
  return deviceIndex ?? Number.POSITIVE_INFINITY;
}
