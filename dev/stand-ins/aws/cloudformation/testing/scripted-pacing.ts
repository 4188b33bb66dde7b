import { setTimeout as sleep } from 'node:timers/promises';
import type { Pacing, Step } from '../pacing/pacing.ts';

/** The fate of one step: it fails, or it waits until `release`. */
export type Fate = 'fail' | 'hold';

export interface ScriptedPacing extends Pacing {
  /** Sets the fates of the next steps of this kind on this resource, in order. Later steps succeed. */
  script(stackName: string, kind: Step['kind'], logicalId: string, ...fates: Fate[]): void;
  /** Runs `work` at the next `release`. */
  atRelease(work: () => void): void;
  /** Releases held steps and clears the script. */
  release(): void;
}

/** Test seam: steps take almost no time, except those that a test makes fail or wait. */
export function scriptedPacing(): ScriptedPacing {
  const scripts = new Map<string, Fate[]>();
  const held: (() => void)[] = [];
  const key = (stackName: string, kind: string, logicalId = '') =>
    [stackName, kind, logicalId].join(' ');
  return {
    pollMs: 20,
    readyMs: 60_000,
    releaseMs: 200,
    async before({ stackName, kind, logicalId }) {
      await sleep(5);
      const fate = scripts.get(key(stackName, kind, logicalId))?.shift();
      if (fate === 'fail') throw new Error('out of order');
      if (fate === 'hold') await new Promise<void>((resolve) => held.push(resolve));
    },
    script(stackName, kind, logicalId, ...fates) {
      scripts.set(key(stackName, kind, logicalId), fates);
    },
    atRelease(work) {
      held.push(work);
    },
    release() {
      scripts.clear();
      for (const go of held.splice(0)) go();
    },
  };
}
