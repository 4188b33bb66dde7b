import { CloudError } from '../github/errors.ts';
import type { Log } from '../github/log.ts';
import { type Clock, pollDelay } from './polling.ts';
import type { Stack, StackApi, StackEvent } from './stack-api.ts';
import { endsOperation, eventsAfter, narrator, operationStart } from './stack-events.ts';
import { isBusy } from './stack-status.ts';

/** What the stack engine works with. */
export interface StackEngine {
  readonly api: StackApi;
  readonly log: Pick<Log, 'info'>;
  readonly clock: Clock;
  /** The time, on `clock`, at which waiting ends with an error. */
  readonly deadline: number;
}

/** An operation on a stack: which stack, and where in its events the operation begins. */
interface Operation {
  readonly stack: Pick<Stack, 'id' | 'name'>;
  readonly after: string | undefined;
  /** True when it is known to be under way; otherwise the stack's old status does not count as its end. */
  readonly started: boolean;
}

export interface Ended {
  /** The stack as the operation left it; undefined when nothing remembers it any more. */
  readonly stack: Stack | undefined;
  readonly events: readonly StackEvent[];
}

/** Rounds without an event after which the stack itself is asked for its status. */
const QUIET_ROUNDS = 3;
/** How often to say that nothing is new: an EKS cluster takes ten minutes, and a silent log looks dead. */
const STILL_WAITING_MS = 60_000;

/**
 * Follows an operation to its end and logs its events on the way.
 *
 * @throws CloudError when the deadline passes first; the operation itself goes on in AWS.
 */
async function follow(engine: StackEngine, operation: Operation): Promise<Ended> {
  const { api, clock } = engine;
  const { id, name } = operation.stack;
  const { tell, waitingFor } = narrator();
  const events: StackEvent[] = [];
  let news = clock.now();
  let said = news;
  for (let quiet = operation.started ? QUIET_ROUNDS : 0; ; quiet += 1) {
    await clock.sleep(pollDelay(clock.now() - news));
    const fresh = await eventsAfter(api, id, events.at(-1)?.id ?? operation.after);
    if (fresh.length > 0) [news, said, quiet] = [clock.now(), clock.now(), 0];
    for (const event of fresh) say(engine, name, tell(event));
    events.push(...fresh);
    if (clock.now() - said > STILL_WAITING_MS) {
      said = clock.now();
      say(engine, name, `still waiting for ${waitingFor(said) || 'CloudFormation'}`);
    }
    if (fresh.some(endsOperation) || quiet >= QUIET_ROUNDS) {
      const stack = await api.describe(id);
      const started = operation.started || events.some((event) => event.ofStack);
      if (stack === undefined || (started && !isBusy(stack.status))) return { stack, events };
      quiet = 0;
    }
    if (clock.now() >= engine.deadline) throw timedOut(name, events);
  }
}

/** Starts an operation on a stack and follows it to its end. */
export async function operate(
  engine: StackEngine,
  stack: Pick<Stack, 'id' | 'name'>,
  start: () => Promise<void>,
): Promise<Ended> {
  const after = await operationStart(engine.api, stack.id);
  await start();
  return follow(engine, { stack, after, started: false });
}

/** Follows an operation that somebody else started. */
export async function adopt(
  engine: StackEngine,
  stack: Pick<Stack, 'id' | 'name'>,
): Promise<Ended> {
  const after = await operationStart(engine.api, stack.id);
  return follow(engine, { stack, after, started: true });
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
