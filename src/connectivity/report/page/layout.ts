import type { PageData, PagePair } from '../page-data.ts';

/** More rows or columns than this are shown by node. */
const MOST_PLACES = 72;

/** What the form above the matrix asks for. Empty text lets every pair pass. */
export interface Filters {
  /** `namespace/name`, or `*` for pairs between different networks. */
  readonly network: string;
  readonly node: string;
  /** Part of a pod's name, in lower case. */
  readonly pod: string;
  readonly failuresOnly: boolean;
  readonly byNode: boolean;
}

/** A row or a column. */
export interface Line {
  readonly label: string;
  readonly network: string;
}

/** Rows, columns and cells of the pairs that pass the filters. */
export interface Layout {
  readonly visible: readonly PagePair[];
  /** Each cell holds the pairs between two nodes on their networks, not those between two places. */
  readonly byNode: boolean;
  /** By node because the places are too many. */
  readonly tooMany: boolean;
  readonly rows: readonly Line[];
  readonly columns: readonly Line[];
  /** The pairs of a cell, worst first. */
  cell(row: string, column: string): readonly PagePair[];
  rowOf(pair: PagePair): string;
  columnOf(pair: PagePair): string;
}

/** Lays out the pairs that pass the filters. Lines of one network stand together, and within it those of one node. */
export function layOut({ pairs, places, states }: PageData, filters: Filters): Layout {
  const visible = pairs.filter((pair) => passes(pair, filters, places));
  const sources = inOrder(new Set(visible.map(({ source }) => source)), places);
  const targets = inOrder(new Set(visible.map(({ target }) => target)), places);
  const tooMany = Math.max(sources.length, targets.length) > MOST_PLACES;
  const byNode = tooMany || filters.byNode;
  const label = (index: number) => {
    const place = places[index];
    return byNode ? `${place?.node} ${place?.network}` : `${place?.pod} ${place?.interface}`;
  };
  const lines = (indexes: readonly number[]) =>
    [...new Map(indexes.map((index) => [label(index), places[index]?.network ?? '']))].map(
      ([name, network]) => ({ label: name, network }),
    );
  const rowOf = ({ source }: PagePair) => label(source);
  const columnOf = ({ target }: PagePair) => label(target);
  const rank = new Map(states.map(({ name }, index) => [name, index]));
  const worstFirst = visible.toSorted(
    (one, other) => (rank.get(one.state) ?? 0) - (rank.get(other.state) ?? 0),
  );
  const cells = Map.groupBy(worstFirst, (pair) => `${rowOf(pair)}\n${columnOf(pair)}`);
  return {
    visible,
    byNode,
    tooMany,
    rows: lines(sources),
    columns: lines(targets),
    cell: (row, column) => cells.get(`${row}\n${column}`) ?? [],
    rowOf,
    columnOf,
  };
}

function passes(pair: PagePair, filters: Filters, places: PageData['places']): boolean {
  const source = places[pair.source];
  const target = places[pair.target];
  if (source === undefined || target === undefined) return false;
  const { network, node, pod } = filters;
  if (network === '*' && source.network === target.network) return false;
  if (network !== '' && network !== '*') {
    if (source.network !== network || target.network !== network) return false;
  }
  if (node !== '' && source.node !== node && target.node !== node) return false;
  const named = [source, target].some((place) => place.pod.toLowerCase().includes(pod));
  return named && (!filters.failuresOnly || pair.failures.length > 0);
}

function inOrder(indexes: ReadonlySet<number>, places: PageData['places']): readonly number[] {
  const order = (index: number) => {
    const place = places[index];
    return [place?.network, place?.node, place?.pod, place?.interface].join('\n');
  };
  return [...indexes].sort((one, other) => (order(one) < order(other) ? -1 : 1));
}
