import type { Pair } from './pairs.ts';

/**
 * All pairs, or, when they are more than `most`, the same number for each source, at least one. Each source takes
 * turns between the kinds of its pairs (expectation, distance, network), so that every kind is tested; and sources
 * begin at different places, so that every target is tested. The same pods give the same sample.
 *
 * @param bySource the pairs of each source
 */
export function samplePairs(bySource: readonly (readonly Pair[])[], most: number): Pair[] {
  const total = bySource.reduce((sum, pairs) => sum + pairs.length, 0);
  if (total <= most) return bySource.flat();
  const quota = Math.max(1, Math.floor(most / bySource.length));
  return bySource.flatMap((pairs, index) => takeTurns(kindsOf(pairs), quota, index));
}

function kindsOf(pairs: readonly Pair[]): readonly (readonly Pair[])[] {
  return [
    ...Map.groupBy(
      pairs,
      ({ expected, scope, target }) => `${expected} ${scope} ${target.network}`,
    ).values(),
  ];
}

function takeTurns(kinds: readonly (readonly Pair[])[], quota: number, start: number): Pair[] {
  const taken: Pair[] = [];
  const longest = Math.max(0, ...kinds.map((kind) => kind.length));
  for (let turn = 0; turn < longest; turn += 1) {
    for (const kind of kinds) {
      const pair = turn < kind.length ? kind[(start + turn) % kind.length] : undefined;
      if (pair !== undefined && taken.length < quota) taken.push(pair);
    }
  }
  return taken;
}
