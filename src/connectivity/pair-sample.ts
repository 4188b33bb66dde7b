import type { Verdict } from './expectation.ts';
import type { Endpoint, Pair } from './pairs.ts';
import type { Scope } from './scope.ts';

/** Targets of one network that are equally far from a source, so that the same is expected of all of them. */
export interface Kind extends Verdict {
  readonly scope: Scope;
  readonly targets: readonly Endpoint[];
}

/**
 * Some of the pairs of one source: takes turns between the kinds of its targets, so that every kind is tested, and
 * begins at `start`, so that sources with different starts test different targets.
 */
export function samplePairs(
  source: Endpoint,
  kinds: readonly Kind[],
  most: number,
  start: number,
): Pair[] {
  const taken: Pair[] = [];
  const longest = Math.max(0, ...kinds.map(({ targets }) => targets.length));
  for (let turn = 0; turn < longest && taken.length < most; turn += 1) {
    for (const { targets, ...verdict } of kinds) {
      const target = turn < targets.length ? targets[(start + turn) % targets.length] : undefined;
      if (target === undefined || target.pod === source.pod || taken.length >= most) continue;
      taken.push({ source, target, ...verdict });
    }
  }
  return taken;
}
