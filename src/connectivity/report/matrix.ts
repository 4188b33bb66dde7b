import type { Report } from '../report.ts';
import type { ReportedPlace } from '../reported-pair.ts';
import { type JudgedPair, judgePairs } from './pair-state.ts';

/** Pairs as rows and columns; a cell holds all pairs between two places, or between two nodes on their networks. */
export interface Matrix {
  readonly by: 'place' | 'node';
  readonly rows: readonly string[];
  readonly columns: readonly string[];
  cell(row: string, column: string): readonly JudgedPair[];
}

/**
 * The matrix by place (pod and interface) when it has at most `most` rows and columns, else by node and network.
 * Places of one network stand together, and within it those of one node.
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
