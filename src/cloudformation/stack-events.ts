import type { StackStatus } from '@aws-sdk/client-cloudformation';
import { duration } from '../core/clock.ts';
import type { Stack, StackApi, StackEvent } from './stack-api.ts';
import { deployStep, isBusy } from './stack-status.ts';

/** True for the event that ends an operation on a stack. */
export function endsOperation(event: StackEvent): boolean {
  return event.ofStack && !isBusy(event.status);
}

/**
 * The id of the event after which the running (or next) operation's own events come: the stack's newest
 * settled state. Undefined for a stack that is being created.
 */
export async function operationStart(api: StackApi, stackId: string): Promise<string | undefined> {
  for await (const event of api.events(stackId)) {
    if (endsOperation(event)) return event.id;
  }
  return undefined;
}

/**
 * True for a stack that worked and is being deleted: somebody wants it gone. A stack that never worked is also
 * deleted by a deploy, in order to create it again.
 */
export async function isBeingDestroyed(api: StackApi, stack: Stack): Promise<boolean> {
  if (stack.status !== 'DELETE_IN_PROGRESS') return false;
  for await (const event of api.history(stack.id)) {
    if (endsOperation(event)) return deployStep(event.status as StackStatus) === 'update';
  }
  return false;
}

/** The events after the one named, oldest first. */
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
 * The events of an operation that has just ended; where they do not tell what failed, those of the whole history.
 * DescribeEvents may tell of a stack's last operation only, and a rollback is an operation of its own.
 */
export async function withFailure(
  api: Pick<StackApi, 'history'>,
  stackId: string,
  events: readonly StackEvent[],
): Promise<readonly StackEvent[]> {
  if (!events.some(endsBadly) || events.some(failsResource)) return events;
  const newestFirst: StackEvent[] = [];
  for await (const event of api.history(stackId)) {
    if (newestFirst.length > 0 && endsOperation(event)) break;
    newestFirst.push(event);
  }
  return newestFirst.reverse();
}

/**
 * The resource that an operation failed on: the first to fail that was not merely cancelled because
 * another one did; or else the stack's own reason.
 */
export function firstFailure(events: readonly StackEvent[]): StackEvent | undefined {
  const failed = events.filter(failsResource);
  return (
    failed.find((event) => !isCancelled(event)) ??
    failed[0] ??
    events.find((event) => event.ofStack && event.reason !== undefined && endsBadly(event))
  );
}

/** True for a resource that was only given up because another one failed, or the stack was deleted. */
export function isCancelled(event: StackEvent): boolean {
  return /cancelled/i.test(event.reason ?? '');
}

function failsResource(event: StackEvent): boolean {
  return event.status.endsWith('_FAILED') && !event.ofStack;
}

/** The latest event of each resource that is being worked on. */
export function underWay(events: readonly StackEvent[]): readonly StackEvent[] {
  const latest = new Map(events.map((event) => [event.logicalId, event]));
  return [...latest.values()].filter((event) => !event.ofStack && isBusy(event.status));
}

function endsBadly(event: StackEvent): boolean {
  return /ROLLBACK|FAILED/.test(event.status);
}

/** What a stack's events tell a person, line by line. */
export interface Narrator {
  /** The line for an event, if it says anything new. */
  tell(event: StackEvent): string | undefined;
  /** The resources that are being worked on, each with since when; empty when there are none. */
  waitingFor(nowMs: number): string;
}

/**
 * Turns events into log lines: one when work on a resource begins, one when it ends, with how long it
 * took. CloudFormation repeats IN_PROGRESS when a resource has its id; the repetition is left out.
 */
export function narrator(): Narrator {
  const began = new Map<string, StackEvent>();
  const latest = new Map<string, string>();
  return {
    tell(event) {
      // DescribeEvents may tell a failure twice: as an event and as an error.
      const repeated = latest.get(event.logicalId) === event.status;
      latest.set(event.logicalId, event.status);
      if (repeated) return undefined;
      const first = began.get(event.logicalId);
      const what = `${event.status.padEnd(18)} ${event.logicalId} (${event.type})`;
      if (isBusy(event.status)) {
        // An update goes through several busy states; its time counts from the first.
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
