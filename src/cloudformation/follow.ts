import type { StackStatus } from '@aws-sdk/client-cloudformation';
import type { Clock } from '../core/clock.ts';
import { CloudError } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import { type CallBudget, followDelay, leastRemainingMs, type PlannedResource } from './polling.ts';
import type { Stack, StackApi, StackEvent } from './stack-api.ts';
import { endsOperation, eventsAfter, narrator, operationStart, underWay } from './stack-events.ts';
import { isBusy } from './stack-status.ts';

/** What every operation on a stack needs. */
export interface StackEngine {
  readonly api: StackApi;
  readonly log: Pick<Log, 'info'>;
  readonly clock: Clock;
  /** The time on `clock` at which waiting ends with an error, in milliseconds. */
  readonly deadline: number;
  /** Adds what CloudFormation does not say about resources that fail or take long. */
  readonly explain?: Explain;
  /** Called each time that the operation on a stack is looked at. It may end the operation. */
  readonly watch?: (stack: Pick<Stack, 'id' | 'name'>) => Promise<void>;
  /** How many calls to AWS the run may still make; all its stacks share it. */
  readonly budget: Pick<CallBudget, 'hasMore'>;
}

/** Returns what else is known about a resource, given its latest event; undefined when nothing is. */
export type Explain = (stackId: string, event: StackEvent) => Promise<string | undefined>;

/** An operation on a stack: which stack, and where in its events the operation begins. */
interface Operation {
  readonly stack: Pick<Stack, 'id' | 'name'>;
  readonly after: string | undefined;
  /** True when the operation is known to be running. Until then, the stack's old status does not count as its end. */
  readonly started: boolean;
  /** The resources that it is going to create or remove, as far as they are known. */
  readonly planned: readonly PlannedResource[];
}

export interface EndedOperation {
  /** The stack as the operation left it; undefined when CloudFormation no longer knows it. */
  readonly stack: Stack | undefined;
  readonly events: readonly StackEvent[];
}

/** How long after the last event, or the last check, the stack itself is described. */
const CHECK_STATUS_AFTER_MS = 120_000;
/** How often to log that nothing is new: an EKS cluster takes ten minutes, and a silent log looks stuck. */
const STILL_WAITING_MS = 60_000;

/**
 * Follows an operation to its end and logs its events on the way. DescribeStacks may return the stack as it was some
 * seconds ago (cfn-api.ts of aws/aws-cdk-cli), so the end counts only when the stack's status is that of the last event.
 *
 * @throws CloudError when the deadline passes first; the operation itself goes on in AWS.
 */
async function follow(engine: StackEngine, operation: Operation): Promise<EndedOperation> {
  const { api, clock, budget } = engine;
  const { id, name } = operation.stack;
  const { tell, waitingFor } = narrator();
  const events: StackEvent[] = [];
  const began = clock.now();
  let checkStatusAt = operation.started ? began : began + CHECK_STATUS_AFTER_MS;
  let said = began;
  for (;;) {
    const now = clock.now();
    const dueMs = leastRemainingMs(events, operation.planned, now);
    await clock.sleep(
      followDelay({ ageMs: now - began, leastRemainingMs: dueMs, hasMore: budget.hasMore() }),
    );
    await engine.watch?.(operation.stack);
    const after = events.at(-1)?.id ?? operation.after;
    const fresh = await explained(engine, id, await eventsAfter(api, id, after));
    if (fresh.length > 0) {
      said = clock.now();
      checkStatusAt = said + CHECK_STATUS_AFTER_MS;
    }
    for (const event of fresh) say(engine, name, tell(event));
    events.push(...fresh);
    if (clock.now() - said > STILL_WAITING_MS) {
      said = clock.now();
      say(engine, name, `still waiting for ${waitingFor(said) || 'CloudFormation'}`);
      for (const event of underWay(events)) say(engine, name, await engine.explain?.(id, event));
    }
    const end = events.findLast(endsOperation);
    const overdue = clock.now() >= checkStatusAt;
    if (end !== undefined || overdue) {
      if (overdue) checkStatusAt = clock.now() + CHECK_STATUS_AFTER_MS;
      const stack = await api.describe(id);
      const started = operation.started || events.some((event) => event.ofStack);
      if (stack === undefined) return { stack, events };
      if (overdue ? started && mayBeEnd(stack.status) : stack.status === end?.status) {
        return { stack, events };
      }
    }
    if (clock.now() >= engine.deadline) throw timedOut(name, events);
  }
}

/**
 * Whether a status that was read after the start of an operation can be its end. REVIEW_IN_PROGRESS cannot: it is what
 * an outdated read returns after the execution of a stack's first change set.
 */
export function mayBeEnd(status: StackStatus): boolean {
  return !isBusy(status) && status !== 'REVIEW_IN_PROGRESS';
}

/** The events; the reasons of failed ones include what `explain` adds. */
function explained(
  { explain }: StackEngine,
  stackId: string,
  events: readonly StackEvent[],
): Promise<readonly StackEvent[]> {
  return Promise.all(
    events.map(async (event) => {
      const failed = !event.ofStack && event.status.endsWith('_FAILED');
      const more = failed ? await explain?.(stackId, event) : undefined;
      if (more === undefined) return event;
      return { ...event, reason: [event.reason, more].filter(Boolean).join('; ') };
    }),
  );
}

/** Starts an operation on a stack and follows it to its end. */
export async function operate(
  engine: StackEngine,
  stack: Pick<Stack, 'id' | 'name'>,
  start: () => Promise<void>,
  planned: readonly PlannedResource[] = [],
): Promise<EndedOperation> {
  const after = await operationStart(engine.api, stack.id);
  await start();
  return follow(engine, { stack, after, started: false, planned });
}

/** Follows an operation that another run started. */
export async function adopt(
  engine: StackEngine,
  stack: Pick<Stack, 'id' | 'name'>,
): Promise<EndedOperation> {
  const after = await operationStart(engine.api, stack.id);
  return follow(engine, { stack, after, started: true, planned: [] });
}

/** @throws CloudError when the action's time limit has passed. */
export function checkDeadline(engine: StackEngine, stackName: string): void {
  if (engine.clock.now() >= engine.deadline) throw timedOut(stackName, []);
}

function say(engine: StackEngine, stackName: string, line: string | undefined): void {
  if (line !== undefined) engine.log.info(`${stackName}  ${line}`);
}

function timedOut(name: string, events: readonly StackEvent[]): CloudError {
  const latest = events.at(-1);
  const waited =
    latest === undefined
      ? 'no event came'
      : `the last event was ${latest.status} of ${latest.logicalId}`;
  return new CloudError({
    resource: `stack ${name}`,
    reason: `timed out while the stack operation was still running; ${waited}`,
    nextStep:
      'the operation continues in AWS: run the action again to follow it, and raise timeout-minutes if this happens often',
  });
}
