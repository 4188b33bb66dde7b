import type { StackApi, StackEvent } from '../../src/cloudformation/stack-api.ts';
import { isBusy } from '../../src/cloudformation/stack-status.ts';
import type { FastClock } from '../testing/fakes/fast-clock.ts';

/** One stack operation. Times are milliseconds on the clock of the run. */
export interface Operation {
  readonly stackName: string;
  readonly status: string;
  readonly beganAt: number;
  readonly endedAt: number;
  /** When the run saw the end, by an event or by the stack's status. */
  readonly knownAt: number;
  /** The events of the stack's resources, in any order. Their times are on the clock of the run, too. */
  readonly resources: readonly StackEvent[];
}

/**
 * A stack API that records when each operation began and ended, by its events, and when the caller first saw
 * that the stack has settled. Event times are converted to `clock`.
 */
export function observed(api: StackApi, clock: FastClock) {
  const events = new Map<string, StackEvent>();
  const ofResources = new Map<string, Map<string, StackEvent>>();
  const known = new Map<string, number>();
  const told = (id: string, status: string) => {
    const key = `${id} ${status}`;
    if (!isBusy(status) && !known.has(key)) known.set(key, clock.now());
  };
  const observedApi: StackApi = {
    ...api,
    async describe(name) {
      const stack = await api.describe(name);
      if (stack !== undefined) told(stack.id, stack.status);
      return stack;
    },
    async *events(id) {
      for await (const event of api.events(id)) {
        const shown = { ...event, time: new Date(clock.at(event.time)) };
        if (event.ofStack) {
          events.set(event.id, { ...shown, id });
          told(id, event.status);
        } else {
          const inStack = ofResources.get(id) ?? new Map<string, StackEvent>();
          ofResources.set(id, inStack.set(event.id, shown));
        }
        yield shown;
      }
    },
  };
  return {
    api: observedApi,
    operations: () => operationsOf([...events.values()], known, ofResources),
  };
}

function operationsOf(
  events: readonly StackEvent[],
  known: ReadonlyMap<string, number>,
  ofResources: ReadonlyMap<string, ReadonlyMap<string, StackEvent>>,
): readonly Operation[] {
  return events.flatMap((end) => {
    const knownAt = known.get(`${end.id} ${end.status}`);
    // An empty stack that waits for its change set has ended no operation.
    if (end.status === 'REVIEW_IN_PROGRESS' || knownAt === undefined) return [];
    const verb = end.status.split('_')[0] ?? '';
    const begin = events.find(
      ({ id, status }) => id === end.id && status === `${verb}_IN_PROGRESS`,
    );
    if (begin === undefined) return [];
    return [
      {
        stackName: end.logicalId,
        status: end.status,
        beganAt: begin.time.getTime(),
        endedAt: end.time.getTime(),
        knownAt,
        resources: [...(ofResources.get(end.id)?.values() ?? [])],
      },
    ];
  });
}
