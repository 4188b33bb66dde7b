import { type GroupState, isOutdated } from './group-state.ts';
import { RunMemory } from './memory.ts';
import { type NodeRow, RolloutProgress } from './progress.ts';
import { type GroupRequest, readGroup, type Sources } from './read-group.ts';
import { ROLLOUT_TAG } from './rollout-tag.ts';
import type { ScalingGroup } from './scaling-group.ts';

/** The nodes of groups that are outdated, and groups whose rollout has not ended. Changes nothing. */
export interface OutdatedNodes {
  readonly rows: readonly NodeRow[];
  /** The names of groups with a rollout that somebody began and that did not end. */
  readonly unfinished: readonly string[];
}

/** Finds the nodes that a rollout would replace. */
export async function findOutdated(
  sources: Sources,
  groups: readonly GroupRequest[],
  now: number,
): Promise<OutdatedNodes> {
  const memory = new RunMemory(0, 0);
  const states = await Promise.all(
    groups.map(async (one) => {
      const group = await sources.groups.describe(one.name);
      if (group === undefined || isUpToDate(group)) return undefined;
      return readGroup(sources, one, memory, now);
    }),
  );
  const found = states.filter((state) => state !== undefined);
  const progress = new RolloutProgress();
  for (const state of found) progress.update(onlyOutdated(state), now);
  const unfinished = found.filter(({ target }) => target !== undefined).map(({ name }) => name);
  return { rows: progress.rows(), unfinished };
}

/** Whether every instance is of the group's template version, and no rollout is under way: nothing more need be asked. */
function isUpToDate({ instances, tags, template }: ScalingGroup): boolean {
  const present = instances.every(
    (one) => one.template?.id === template?.id && one.template?.version === template?.version,
  );
  return present && tags[ROLLOUT_TAG] === undefined;
}

function onlyOutdated(state: GroupState): GroupState {
  return { ...state, members: state.members.filter(isOutdated) };
}
