import type { Finding } from '../../tools/table.ts';

/** What became of the pods that were created during a disturbance. */
export interface Tally {
  /** Pods that had their networks when they started. */
  readonly attached: number;
  /** Pods that started without them. */
  readonly alone: number;
  /** Pods of which nobody knows: their node ended before they could say. */
  readonly interrupted: number;
  /** Pods that had not ended in time. */
  readonly stuck: number;
  /** The longest time from the creation of a pod to its end. */
  readonly longestMs: number;
  /** Addresses on the nodes that are still taken when all these pods are gone. */
  readonly leaked: number;
  /** What went wrong with the disturbance itself. */
  readonly failure?: string;
}

/** The table of all disturbances, one line each, and its sum. Pure. */
export function tallyTable(
  rows: readonly (readonly [disturbance: string, tally: Tally])[],
): string {
  const all = [...rows, ['all', sum(rows.map(([, tally]) => tally))] as const];
  const width = Math.max(...all.map(([name]) => name.length));
  const cells = all.map(([name, { attached, alone, interrupted, stuck, longestMs, leaked }]) =>
    [
      name.padEnd(width),
      String(attached).padStart(8),
      String(alone).padStart(7),
      String(interrupted).padStart(11),
      String(stuck).padStart(5),
      `${(longestMs / 1000).toFixed(0)} s`.padStart(7),
      String(leaked).padStart(6),
    ].join('  '),
  );
  const head = [
    ''.padEnd(width),
    'attached',
    'without',
    'interrupted',
    'stuck',
    'longest',
    'leaked',
  ].join('  ');
  const failures = rows.flatMap(([name, { failure }]) =>
    failure === undefined ? [] : [`${name}: ${failure}`],
  );
  return [head, ...cells, ...failures].join('\n');
}

function sum(tallies: readonly Tally[]): Tally {
  const total = (of: (tally: Tally) => number) =>
    tallies.reduce((result, tally) => result + of(tally), 0);
  return {
    attached: total(({ attached }) => attached),
    alone: total(({ alone }) => alone),
    interrupted: total(({ interrupted }) => interrupted),
    stuck: total(({ stuck }) => stuck),
    longestMs: Math.max(0, ...tallies.map(({ longestMs }) => longestMs)),
    leaked: total(({ leaked }) => leaked),
  };
}

/**
 * Checks that each of at least `least` pods had its networks, that all ended, and that no address is lost. Pure.
 */
export function guardedFinding(
  rows: readonly (readonly [string, Tally])[],
  least: number,
): Finding {
  const { attached, alone, stuck, leaked } = sum(rows.map(([, tally]) => tally));
  return {
    what: 'With the guard',
    found: `${alone} of ${attached + alone} pods started without their networks, ${leaked} addresses leaked\n${tallyTable(rows)}`,
    ok: alone === 0 && stuck === 0 && leaked === 0 && attached >= least && allDone(rows),
  };
}

/** Checks that the same stream of pods finds the gap when the guard is not there. Pure. */
export function unguardedFinding(rows: readonly (readonly [string, Tally])[]): Finding {
  const { attached, alone, leaked } = sum(rows.map(([, tally]) => tally));
  return {
    what: 'Without the guard',
    found: `${alone} of ${attached + alone} pods started without their networks, ${leaked} addresses leaked\n${tallyTable(rows)}`,
    ok: alone > 0 && allDone(rows),
  };
}

function allDone(rows: readonly (readonly [string, Tally])[]): boolean {
  return rows.every(([, { failure }]) => failure === undefined);
}
