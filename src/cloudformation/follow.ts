import type { Clock } from '../core/clock.ts';
import { CloudError } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import { type CallBudget, dueInMs, followDelay, type Planned } from './pace.ts';
import type { Stack, StackApi, StackEvent } from './stack-api.ts';
import {
  endsOperation,
  eventsAfter,
  narrator,
  operationStart,
  underWay,
  withFailure,
} from './stack-events.ts';
import { isBusy } from './stack-status.ts';

/** What the stack engine works with. */
export interface StackEngine {
  readonly api: StackApi;
  readonly log: Pick<Log, 'info'>;
  readonly clock: Clock;
  /** The time, on `clock`, at which waiting ends with an error. */
  readonly deadline: number;
  /** Knows more of resources that fail or take long than CloudFormation says. */
  readonly explain?: Explain;
  /** How many calls to AWS the run may still make; all its stacks share it. */
  readonly budget: Pick<CallBudget, 'hasMore'>;
}

/** What else is known of a resource of a stack, by its latest event; undefined when nothing is. */
export type Explain = (stackId: string, event: StackEvent) => Promise<string | undefined>;

/** An operation on a stack: which stack, and where in its events the operation begins. */
interface Operation {
  readonly stack: Pick<Stack, 'id' | 'name'>;
  readonly after: string | undefined;
  /** True when it is known to be under way; otherwise the stack's old status does not count as its end. */
  readonly started: boolean;
  /** What it is going to make, as far as that is known. */
  readonly planned: readonly Planned[];
}

export interface Ended {
  /** The stack as the operation left it; undefined when nothing remembers it any more. */
  readonly stack: Stack | undefined;
  readonly events: readonly StackEvent[];
}

/** How long after the last event, or the last look, the stack itself is asked for its status. */
const LOOK_AFTER_MS = 120_000;
/** How often to say that nothing is new: an EKS cluster takes ten minutes, and a silent log looks dead. */
const STILL_WAITING_MS = 60_000;

/**
 * Follows an operation to its end and logs its events on the way.
 *
 * @throws CloudError when the deadline passes first; the operation itself goes on in AWS.
 */
async function follow(engine: StackEngine, operation: Operation): Promise<Ended> {
  const { api, clock, budget } = engine;
  const { id, name } = operation.stack;
  const { tell, waitingFor } = narrator();
  const events: StackEvent[] = [];
  const began = clock.now();
  let lookAt = operation.started ? began : began + LOOK_AFTER_MS;
  let said = began;
  for (;;) {
    const now = clock.now();
    const dueMs = dueInMs(events, operation.planned, now);
    await clock.sleep(
      followDelay({ ageMs: now - began, dueInMs: dueMs, hasMore: budget.hasMore() }),
    );
    const after = events.at(-1)?.id ?? operation.after;
    const fresh = await explained(engine, id, await eventsAfter(api, id, after));
    if (fresh.length > 0) [said, lookAt] = [clock.now(), clock.now() + LOOK_AFTER_MS];
    for (const event of fresh) say(engine, name, tell(event));
    events.push(...fresh);
    if (clock.now() - said > STILL_WAITING_MS) {
      said = clock.now();
      say(engine, name, `still waiting for ${waitingFor(said) || 'CloudFormation'}`);
      for (const event of underWay(events)) say(engine, name, await engine.explain?.(id, event));
    }
    if (fresh.some(endsOperation) || clock.now() >= lookAt) {
      lookAt = clock.now() + LOOK_AFTER_MS;
      const stack = await api.describe(id);
      const started = operation.started || events.some((event) => event.ofStack);
      if (stack === undefined || (started && !isBusy(stack.status))) {
        return { stack, events: await withFailure(api, id, events) };
      }
    }
    if (clock.now() >= engine.deadline) throw timedOut(name, events);
  }
}

/** The events, failures with what else is known of them. */
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

/** Starts an operation on a stack, which is going to make what is `planned`, and follows it to its end. */
export async function operate(
  engine: StackEngine,
  stack: Pick<Stack, 'id' | 'name'>,
  start: () => Promise<void>,
  planned: readonly Planned[] = [],
): Promise<Ended> {
  const after = await operationStart(engine.api, stack.id);
  await start();
  return follow(engine, { stack, after, started: false, planned });
}

/** Follows an operation that somebody else started. */
export async function adopt(
  engine: StackEngine,
  stack: Pick<Stack, 'id' | 'name'>,
): Promise<Ended> {
  const after = await operationStart(engine.api, stack.id);
  return follow(engine, { stack, after, started: true, planned: [] });
}

/** Fails when the time that the action was given is over. */
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
    reason: `the time is over before the stack operation is; ${waited}`,
    nextStep:
      'the operation goes on in AWS: run the action again to follow it, with a higher timeout-minutes if this is usual',
  });
}
