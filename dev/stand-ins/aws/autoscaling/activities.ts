import { type Activity, change, type Group, type Groups } from './state.ts';

/** The scaling activities of groups. */

const KEPT = 100;

/** Records the start of an activity and returns the activity. */
export function begin(
  groups: Groups,
  group: string,
  description: string,
  cause: string,
  statusCode: string,
  instanceId?: string,
): Activity {
  const startTime = new Date();
  const started = {
    id: crypto.randomUUID(),
    description,
    statusCode,
    startTime,
    cause: `At ${seconds(startTime)} ${cause}`,
    ...(instanceId === undefined ? {} : { instanceId }),
  };
  const found = groups.get(group);
  change(groups, group, { activities: [started, ...(found?.activities ?? [])].slice(0, KEPT) });
  return started;
}

/** Records how an activity ended: `Successful`, `Failed` or `Cancelled`, with a message. */
export function end(
  groups: Groups,
  group: string,
  id: string,
  statusCode: string,
  statusMessage?: string,
): Activity | undefined {
  const by = { statusCode, endTime: new Date(), ...(statusMessage ? { statusMessage } : {}) };
  const activities = groups.get(group)?.activities ?? [];
  change(groups, group, {
    activities: activities.map((each) => (each.id === id ? { ...each, ...by } : each)),
  });
  const found = activities.find((each) => each.id === id);
  return found === undefined ? undefined : { ...found, ...by };
}

/** Replaces an activity with its changed copy. */
export function amend(groups: Groups, group: string, changed: Activity): Activity {
  const activities = groups.get(group)?.activities ?? [];
  change(groups, group, {
    activities: activities.map((each) => (each.id === changed.id ? changed : each)),
  });
  return changed;
}

/** The usual cause of an activity: the number of instances differs from the desired capacity. */
export function differenceCause(
  group: Group,
  what: 'started' | 'selected for termination',
): string {
  const has = [...group.members.values()].filter((each) => !each.state.startsWith('Terminating'));
  const wanted = group.settings.desiredCapacity;
  const subject =
    what === 'started' ? 'an instance was started' : 'an instance was taken out of service';
  const direction = what === 'started' ? 'increasing' : 'shrinking';
  return `${subject} in response to a difference between desired and actual capacity, ${direction} the capacity from ${has.length} to ${wanted}.`;
}

function seconds(date: Date): string {
  return `${date.toISOString().slice(0, 19)}Z`;
}
