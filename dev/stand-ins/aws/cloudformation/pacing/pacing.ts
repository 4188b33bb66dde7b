import { setTimeout as sleep } from 'node:timers/promises';
import type { PlannedFailure } from '../../faults/switches.ts';
import { CHANGE_SET_SECONDS, durationsOf, STACK_SECONDS } from './latency.ts';

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
  /** Awaited when a resource has been made or changed and is not ready yet; ends early with the signal. */
  settle?(step: Step, signal: AbortSignal): Promise<void>;
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

/** As long as AWS takes, times `scale`, and up to a tenth more or less. */
export function realisticPacing(scale: number, random: () => number): Pacing {
  const milliseconds = (seconds: number) => seconds * 1000 * scale * (0.9 + random() / 5);
  return {
    ...steadyPacing(),
    async before(step) {
      await sleep(milliseconds(secondsBefore(step)));
    },
    async settle({ kind, type = '' }, signal) {
      if (kind !== 'create' && kind !== 'update') return;
      const rest = milliseconds(durationsOf(type)[kind] - 1);
      await sleep(rest, undefined, { signal }).catch(() => {});
    },
    pollMs: Math.min(Math.max(5_000 * scale, 50), 5_000),
  };
}

/** Making a resource is quick; being ready takes long. Deleting it takes long before it is gone. */
function secondsBefore({ kind, type = '' }: Step): number {
  if (kind === 'change-set') return CHANGE_SET_SECONDS;
  if (kind === 'stack') return STACK_SECONDS;
  return kind === 'delete' ? durationsOf(type).delete : 1;
}

/** Fails the steps that are planned to, each as often as planned, and is otherwise as `pacing`. */
export function failingPacing(pacing: Pacing, planned: readonly PlannedFailure[]): Pacing {
  const left = planned.map((failure) => ({ failure, times: failure.times }));
  return {
    ...pacing,
    async before(step) {
      await pacing.before(step);
      const due = left.find(({ failure, times }) => times > 0 && concerns(failure, step));
      if (due === undefined) return;
      due.times -= 1;
      throw new Error(due.failure.message);
    },
  };
}

function concerns({ what, stackName, operation }: PlannedFailure, step: Step): boolean {
  if (stackName !== undefined && stackName !== step.stackName) return false;
  if (step.kind === 'change-set' || step.kind === 'stack') return what === step.kind;
  if (what !== step.type && what !== step.logicalId) return false;
  return operation === undefined ? step.kind !== 'delete' : operation === step.kind;
}
