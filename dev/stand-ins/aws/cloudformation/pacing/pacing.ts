import { setTimeout as sleep } from 'node:timers/promises';
import type { PlannedFailure } from '../../faults/switches.ts';
import { CHANGE_SET_SECONDS, durationsOf, STACK_SECONDS } from './latency.ts';

/** One step that CloudFormation is about to take. */
export interface Step {
  readonly kind: 'change-set' | 'create' | 'update' | 'delete' | 'stack';
  readonly stackName: string;
  readonly logicalId?: string;
  readonly type?: string;
}

/**
 * How fast the stand-in is and where it fails. `before` is awaited ahead of every step; if it rejects, the
 * step fails with that error.
 */
export interface Pacing {
  before(step: Step): Promise<void>;
  /**
   * Awaited after a resource was created or changed, until it is ready. Ends early when the signal aborts.
   */
  settle?(step: Step, signal: AbortSignal): Promise<void>;
  /** The interval at which a handler checks whether its resource is ready. */
  readonly pollMs: number;
  /** How long a handler waits before the resource "did not stabilize". */
  readonly readyMs: number;
  /** How long a deletion is retried while another resource uses this one. */
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

/** AWS's durations times `scale`, randomly up to a tenth more or less. */
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

/**
 * Creating a resource is quick but becoming ready takes long. A deletion takes its time before the call.
 */
function secondsBefore({ kind, type = '' }: Step): number {
  if (kind === 'change-set') return CHANGE_SET_SECONDS;
  if (kind === 'stack') return STACK_SECONDS;
  return kind === 'delete' ? durationsOf(type).delete : 1;
}

/** Adds the planned failures to `pacing`, each as often as planned. */
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
