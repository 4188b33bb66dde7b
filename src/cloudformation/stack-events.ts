import type { StackStatus } from '@aws-sdk/client-cloudformation';
import { duration } from '../core/clock.ts';
import type { Stack, StackApi, StackEvent } from './stack-api.ts';
import { hasWorked, isBusy } from './stack-status.ts';

/** True for the event that ends an operation on a stack. */
export function endsOperation(event: StackEvent): boolean {
  return event.ofStack && !isBusy(event.status);
}

/**
 * The id of the last event before the running (or next) operation: the one that ended the operation before. Undefined
 * for a stack that is being created.
 */
export async function operationStart(api: StackApi, stackId: string): Promise<string | undefined> {
  for await (const event of api.events(stackId)) {
    if (endsOperation(event)) return event.id;
  }
  return undefined;
}

/**
 * True when somebody is deleting a stack that worked. A stack that never worked does not count, because a deploy deletes
 * it too, in order to create it again.
 */
export async function isBeingDestroyed(
  api: Pick<StackApi, 'events'>,
  stack: Pick<Stack, 'id' | 'status'>,
): Promise<boolean> {
  if (stack.status !== 'DELETE_IN_PROGRESS') return false;
  for await (const event of api.events(stack.id)) {
    if (endsOperation(event)) return hasWorked(event.status as StackStatus);
  }
  return false;
}

/** The events after the given one, oldest first. */
export async function eventsAfter(
  api: StackApi,
  stackId: string,
  eventId: string | undefined,
): Promise<readonly StackEvent[]> {
  const fresh: StackEvent[] = [];
  for await (const event of api.events(stackId)) {
    if (event.id === eventId) break;
    fresh.push(event);
  }
  return fresh.reverse();
}

/**
 * The event that explains why an operation failed: that of the first resource that failed and was not just cancelled;
 * without one, the stack's own event with a reason.
 */
export function firstFailure(events: readonly StackEvent[]): StackEvent | undefined {
  const failed = events.filter(failsResource);
  return (
    failed.find((event) => !isCancelled(event)) ??
    failed[0] ??
    events.find((event) => event.ofStack && event.reason !== undefined && endsInFailure(event))
  );
}

/** True for a resource that CloudFormation cancelled because another one failed or the stack was deleted. */
export function isCancelled(event: StackEvent): boolean {
  return /cancelled/i.test(event.reason ?? '');
}

function failsResource(event: StackEvent): boolean {
  return event.status.endsWith('_FAILED') && !event.ofStack;
}

/** The latest event of each resource whose creation, update or deletion is in progress. */
export function underWay(events: readonly StackEvent[]): readonly StackEvent[] {
  const latest = new Map(events.map((event) => [event.logicalId, event]));
  return [...latest.values()].filter((event) => !event.ofStack && isBusy(event.status));
}

function endsInFailure(event: StackEvent): boolean {
  return /ROLLBACK|FAILED/.test(event.status);
}

/** Turns a stack's events into log lines. */
export interface Narrator {
  /** The line for an event; undefined when it says nothing new. */
  tell(event: StackEvent): string | undefined;
  /** The resources in progress, each with its duration so far; empty when there are none. */
  waitingFor(nowMs: number): string;
}

/**
 * A narrator that gives two lines for each resource: one when work on it begins, and one with the duration when it ends.
 * CloudFormation repeats IN_PROGRESS once a resource has its id; the narrator skips the repetition.
 */
export function narrator(): Narrator {
  const began = new Map<string, StackEvent>();
  const latest = new Map<string, string>();
  return {
    tell(event) {
      const repeated = latest.get(event.logicalId) === event.status;
      latest.set(event.logicalId, event.status);
      if (repeated) return undefined;
      const first = began.get(event.logicalId);
      const what = `${event.status.padEnd(18)} ${event.logicalId} (${event.type})`;
      if (isBusy(event.status)) {
        // An update goes through several busy states; its duration counts from the first.
        began.set(event.logicalId, { ...event, time: first?.time ?? event.time });
        return withReason(what, event.reason);
      }
      began.delete(event.logicalId);
      const took = first && duration(event.time.getTime() - first.time.getTime());
      return withReason(took === undefined ? what : `${what} in ${took}`, event.reason);
    },
    waitingFor(nowMs) {
      return [...began.values()]
        .filter((event) => !event.ofStack)
        .map((event) => `${event.logicalId} (${duration(nowMs - event.time.getTime())})`)
        .join(', ');
    },
  };
}

function withReason(line: string, reason: string | undefined): string {
  return reason === undefined || reason === '' ? line : `${line}: ${reason}`;
}
