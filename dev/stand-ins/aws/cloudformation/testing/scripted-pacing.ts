import { setTimeout as sleep } from 'node:timers/promises';
import type { Pacing, Step } from '../pacing/pacing.ts';

/** What befalls one step: it fails, or it waits until it is let go. */
export type Fate = 'fail' | 'hold';

export interface ScriptedPacing extends Pacing {
  /** What befalls the next steps of this kind on this resource, one after the other; then nothing. */
  script(stackName: string, kind: Step['kind'], logicalId: string, ...fates: Fate[]): void;
  /** Done when what is held is let go. */
  atRelease(work: () => void): void;
  /** Lets go of what is held, and forgets what has not befallen a step yet. */
  release(): void;
}

/** Test seam: steps that take next to no time, except those that a test makes fail or wait. */
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
