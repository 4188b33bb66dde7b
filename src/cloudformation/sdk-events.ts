import {
  type CloudFormationClient,
  type OperationEvent,
  paginateDescribeEvents,
  paginateDescribeStackEvents,
  type StackEvent as SdkEvent,
} from '@aws-sdk/client-cloudformation';
import { doesNotExist } from './does-not-exist.ts';
import { isNotAllowed } from './not-allowed.ts';
import type { StackEvent } from './stack-api.ts';

type Events = AsyncGenerator<StackEvent>;

/**
 * A stack's events, newest first, from DescribeEvents; from DescribeStackEvents where the role, or the region, does
 * not have the newer call, which is then not tried again.
 */
export function eventSource(client: CloudFormationClient): (stackId: string) => Events {
  let refused = false;
  return async function* events(stackId) {
    if (!refused) {
      try {
        yield* operationEvents(client, stackId);
        return;
      } catch (error) {
        // An error of these kinds comes with the first page: nothing was yielded before it.
        if (doesNotExist(error)) {
          // DescribeStackEvents is documented to know deleted stacks by their ids; DescribeEvents is not.
          yield* newest(client, stackId);
          return;
        }
        if (!isNotAllowed(error)) throw error;
        refused = true;
      }
    }
    yield* stackHistory(client, stackId);
  };
}

/** The event that says how a stack ended. */
async function* newest(client: CloudFormationClient, stackId: string): Events {
  for await (const event of stackHistory(client, stackId)) {
    yield event;
    return;
  }
}

/** All of a stack's events, newest first, whatever operation they belong to: DescribeStackEvents. */
export async function* stackHistory(client: CloudFormationClient, stackId: string): Events {
  for await (const page of paginateDescribeStackEvents({ client }, { StackName: stackId })) {
    for (const event of page.StackEvents ?? []) yield toEvent(event);
  }
}

/** DescribeEvents promises no order, so pages that begin with the oldest event are all read before the first is given. */
async function* operationEvents(client: CloudFormationClient, stackId: string): Events {
  const oldestFirst: StackEvent[] = [];
  for await (const page of paginateDescribeEvents({ client }, { StackName: stackId })) {
    const events = (page.OperationEvents ?? []).filter(isOfResource).map(toEvent);
    if (oldestFirst.length > 0 || isOldestFirst(events)) oldestFirst.push(...events);
    else yield* events;
  }
  yield* oldestFirst.reverse();
}

function isOldestFirst(events: readonly StackEvent[]): boolean {
  const [first, last] = [events[0], events.at(-1)];
  return first !== undefined && last !== undefined && first.time < last.time;
}

/** Errors of validations and hooks have no status: the failure of the resource that they lead to says the same. */
function isOfResource(event: OperationEvent): boolean {
  return event.ResourceStatus !== undefined && event.LogicalResourceId !== undefined;
}

function toEvent(event: SdkEvent | OperationEvent): StackEvent {
  return {
    id: event.EventId ?? '',
    time: event.Timestamp ?? new Date(0),
    logicalId: event.LogicalResourceId ?? '',
    type: event.ResourceType ?? '',
    status: event.ResourceStatus ?? 'CREATE_IN_PROGRESS',
    reason: event.ResourceStatusReason,
    ofStack: event.PhysicalResourceId === event.StackId,
  };
}
