import { setTimeout as sleep } from 'node:timers/promises';

/** One thing that CloudFormation is about to do. */
export interface Step {
  readonly kind: 'change-set' | 'create' | 'update' | 'delete' | 'stack';
  readonly stackName: string;
  readonly logicalId?: string;
  readonly type?: string;
}

/**
 * How fast the stand-in is, and where it can be made to fail. `before` is awaited ahead of every step;
 * when it rejects, the step fails with that error.
 */
export interface Pacing {
  before(step: Step): Promise<void>;
  /** How often a handler asks whether its resource is ready. */
  readonly pollMs: number;
  /** How long it asks before the resource "did not stabilize". */
  readonly readyMs: number;
  /** How long a delete is tried again while something else still holds the resource. */
  readonly releaseMs: number;
}

/** The same short delay before every step, so that nothing is ever instant. */
export function steadyPacing(delayMs = 80): Pacing {
  return {
    before: async () => {
      await sleep(delayMs);
    },
    pollMs: 250,
    readyMs: 15 * 60_000,
    releaseMs: 60_000,
  };
}
