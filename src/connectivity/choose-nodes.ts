import type { NodeObservation } from './observation.ts';

/** Which nodes get test pods, and how that was decided, in a sentence. */
export interface ChosenNodes {
  readonly nodes: readonly NodeObservation[];
  readonly rule: string;
}

/** At most `most` nodes, taken from the zones in turn, by name. Pure. */
export function chooseNodes(nodes: readonly NodeObservation[], most: number): ChosenNodes {
  const zones = [...Map.groupBy(nodes, ({ zone }) => zone ?? '').entries()].toSorted(byName);
  if (nodes.length <= most) {
    return { nodes, rule: `all ${nodes.length} usable nodes in ${countZones(zones.length)}` };
  }
  const longest = Math.max(0, ...zones.map(([, own]) => own.length));
  const inTurn = Array.from({ length: longest }, (_, turn) =>
    zones.flatMap(([, own]) => own[turn] ?? []),
  ).flat();
  const rule = `${most} of ${nodes.length} usable nodes in ${countZones(zones.length)}: from each zone in turn, by name`;
  return { nodes: inTurn.slice(0, most), rule };
}

function byName([one]: readonly [string, unknown], [other]: readonly [string, unknown]): number {
  return one.localeCompare(other);
}

function countZones(count: number): string {
  return count === 1 ? 'one zone' : `${count} zones`;
}
