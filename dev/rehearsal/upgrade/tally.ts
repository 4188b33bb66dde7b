import type { Finding } from '../../tools/table.ts';

/** What became of the pods that were created during a disturbance. */
export interface Tally {
  /** Pods that had their networks when they started. */
  readonly attached: number;
  /** Pods that started without them. */
  readonly alone: number;
  /** Pods that could not say, because their node ended before. */
  readonly interrupted: number;
  /** Pods that did not end in time. */
  readonly stuck: number;
  /** The longest time from the creation of a pod to its end. */
  readonly longestMs: number;
  /** Addresses on the nodes that are still taken when all these pods are gone. */
  readonly leaked: number;
  /** What went wrong with the disturbance itself. */
  readonly failure?: string;
}

export type TallyRows = readonly (readonly [disturbance: string, tally: Tally])[];

/** The table of all disturbances, one line each, and their sum. Pure. */
export function tallyTable(rows: TallyRows): string {
  const all = [...rows, ['all', sumOf(rows)] as const];
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

function sumOf(rows: TallyRows): Tally {
  const total = (of: (tally: Tally) => number) =>
    rows.reduce((result, [, tally]) => result + of(tally), 0);
  return {
    attached: total(({ attached }) => attached),
    alone: total(({ alone }) => alone),
    interrupted: total(({ interrupted }) => interrupted),
    stuck: total(({ stuck }) => stuck),
    longestMs: Math.max(0, ...rows.map(([, { longestMs }]) => longestMs)),
    leaked: total(({ leaked }) => leaked),
  };
}

/**
 * Checks that at least `least` pods had their networks and no pod lacked them, that all pods ended, that no address is
 * lost, and that no disturbance failed. Pure.
 */
export function guardedFinding(rows: TallyRows, least: number): Finding {
  const { attached, alone, stuck, leaked } = sumOf(rows);
  const ok = alone === 0 && stuck === 0 && leaked === 0 && attached >= least && allDone(rows);
  return { what: 'With the guard', found: described(rows), ok };
}

/** Checks that the same stream of pods finds the gap when the guard is not there. Pure. */
export function unguardedFinding(rows: TallyRows): Finding {
  const ok = sumOf(rows).alone > 0 && allDone(rows);
  return { what: 'Without the guard', found: described(rows), ok };
}

function described(rows: TallyRows): string {
  const { attached, alone, leaked } = sumOf(rows);
  const pods = `${alone} of ${attached + alone} pods started without their networks`;
  return `${pods}, ${leaked} addresses leaked\n${tallyTable(rows)}`;
}

function allDone(rows: TallyRows): boolean {
  return rows.every(([, { failure }]) => failure === undefined);
}
