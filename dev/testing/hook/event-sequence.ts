import type { LifecycleEvent } from '../../../cfn/attach-enis/lifecycle-event.ts';
import { seededRandom } from '../../tools/seeded-random.ts';

/** The events of one instance, as EventBridge, Lambda and EC2 may deliver them. */
export interface EventSequence {
  /** In the order of their delivery; `atOnce` ones do not wait until those before are handled. */
  readonly deliveries: readonly Delivery[];
  readonly faults: readonly Fault[];
}

export interface Delivery {
  readonly transition: LifecycleEvent['transition'];
  readonly atOnce: boolean;
}

/** A call that fails: before it takes effect, or with its answer lost afterwards. */
export interface Fault {
  /** Which of the sequence's calls, from 1. */
  readonly call: number;
  readonly name: string;
  readonly lost: boolean;
}

/** Temporary and permanent errors, as the SDK throws them after its own attempts. */
const FAULTS = [
  'RequestLimitExceeded',
  'InternalError',
  'TimeoutError',
  'UnauthorizedOperation',
  'IncorrectState',
  'InsufficientFreeAddressesInSubnet',
] as const;
/** An undisturbed launch makes a dozen calls, or a few more. */
const CALLS = 20;
/** Lambda calls a function three times for one event, so two calls may fail. */
const MOST_FAULTS = 2;

/**
 * The sequence number `index` of a seed: one to three deliveries of the launch event; for half of the
 * instances one to three of the terminate event, too; in a third of these in any order; some at once; none,
 * one or two failing calls. Pure.
 */
export function eventSequence(seed: number, index: number): EventSequence {
  const random = seededRandom(seed * 1_000_003 + index);
  const upTo = (most: number) => Math.floor(random() * most) + 1;
  const deliver = (transition: Delivery['transition'], times: number) =>
    Array.from({ length: times }, () => ({ transition, atOnce: random() < 0.4, place: random() }));
  const launches = deliver('launching', upTo(3));
  const terminations = random() < 0.5 ? deliver('terminating', upTo(3)) : [];
  const inOrder = [...launches, ...terminations];
  const deliveries = random() < 0.33 ? inOrder.toSorted((a, b) => a.place - b.place) : inOrder;
  const faults = Array.from({ length: upTo(MOST_FAULTS + 1) - 1 }, () => ({
    call: upTo(CALLS),
    name: FAULTS[upTo(FAULTS.length) - 1] ?? FAULTS[0],
    lost: random() < 0.5,
  }));
  return { deliveries: deliveries.map(({ place: _, ...one }) => one), faults };
}

/** `launch, launch at once, terminate; InternalError at call 7`: a sequence in a few words. */
export function describeSequence({ deliveries, faults }: EventSequence): string {
  const events = deliveries.map(
    ({ transition, atOnce }) => `${transition}${atOnce ? ' at once' : ''}`,
  );
  const failing = faults.map(
    ({ call, name, lost }) => `${name} ${lost ? 'after' : 'at'} call ${call}`,
  );
  return [events.join(', '), ...failing].join('; ');
}
