import type { Stack } from '../../cloudformation/stack-api.ts';
import { deployStep } from '../../cloudformation/stack-status.ts';
import { isAsleep } from '../../environment/asleep.ts';

/** What node groups are asked to do. */
export type Turn = 'sleep' | 'wake';

/** A node group's stack, as far as its sleep depends on it. */
export interface Sleeper extends Pick<Stack, 'name' | 'status' | 'parameters'> {
  /** Whether its template is that of this release of the pack. */
  readonly ofThisPack: boolean;
}

export interface SleepPlan<Group extends Sleeper = Sleeper> {
  /** What to change. Each may be changed twice. */
  readonly change: readonly Group[];
  /** What stays as it is although it is asked to change, and why. */
  readonly stay: readonly { readonly name: string; readonly why: string }[];
}

/**
 * Says which node groups go to sleep or wake. One that does already what it is asked for is neither changed nor named. Pure.
 *
 * @param awakeGuests the environments on this one's cluster that are awake. They need what runs on its nodes, such as CoreDNS
 */
export function planSleep<Group extends Sleeper>(
  turn: Turn,
  groups: readonly Group[],
  awakeGuests: readonly string[] = [],
): SleepPlan<Group> {
  const open = groups.filter(
    (group) => !isSettled(group) || isAsleep(group) !== (turn === 'sleep'),
  );
  if (turn === 'sleep' && awakeGuests.length > 0) {
    const why = `environments on its cluster are awake: ${awakeGuests.join(', ')}`;
    return { change: [], stay: open.map(({ name }) => ({ name, why })) };
  }
  return {
    change: open.filter((group) => obstacle(group) === undefined),
    stay: open.flatMap((group) => {
      const why = obstacle(group);
      return why === undefined ? [] : [{ name: group.name, why }];
    }),
  };
}

/** Whether the last operation on a stack is over, so that its parameters say what it is. */
function isSettled({ status }: Sleeper): boolean {
  return deployStep(status) === 'update';
}

/** Why a stack cannot change its sleep. An update that was under way when a run was killed is only waited for. */
function obstacle({ status, ofThisPack }: Sleeper): string | undefined {
  if (status.startsWith('DELETE_')) return 'it is being deleted';
  const step = deployStep(status);
  if (step !== 'update' && step !== 'wait') {
    return `it is ${status}: deploy the environment again, or destroy it`;
  }
  return ofThisPack
    ? undefined
    : 'it has another template than this release of the pack. A deploy updates and wakes it';
}
