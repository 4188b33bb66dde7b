import {
  type QueryAction,
  type QueryParams,
  structuresOf,
  textOf,
  textsOf,
} from '../gateway/query-protocol.ts';
import { type Group, type Groups, invalid } from './state.ts';
import { activityView, groupView, memberView, visibleMembers } from './views.ts';

/** The Describe actions for groups, their instances and their activities. */
export function describeActions(groups: Groups): Readonly<Record<string, QueryAction>> {
  return {
    DescribeAutoScalingGroups: (params) => {
      const names = textsOf(params, 'AutoScalingGroupNames');
      const filters = structuresOf(params, 'Filters');
      const found = [...groups.values()]
        .filter((group) => names.length === 0 || names.includes(group.name))
        .filter((group) => filters.every((filter) => fits(group, filter)));
      return { AutoScalingGroups: found.map(groupView) };
    },
    DescribeAutoScalingInstances: (params) => {
      const ids = textsOf(params, 'InstanceIds');
      const rows = [...groups.values()].flatMap((group) =>
        visibleMembers(group)
          .filter((member) => ids.length === 0 || ids.includes(member.instanceId))
          .map((member) => ({ ...memberView(member), AutoScalingGroupName: group.name })),
      );
      return { AutoScalingInstances: rows };
    },
    DescribeScalingActivities: (params) => {
      const name = textOf(params, 'AutoScalingGroupName');
      const found = name === undefined ? [...groups.values()] : [groups.get(name)];
      const rows = found.flatMap((group) =>
        group === undefined ? [] : group.activities.map((each) => activityView(group, each)),
      );
      return { Activities: rows };
    },
  };
}

function fits(group: Group, filter: QueryParams): boolean {
  const name = textOf(filter, 'Name') ?? '';
  const values = textsOf(filter, 'Values');
  if (name === 'tag-key') return group.tags.some((tag) => values.includes(tag.key));
  if (name === 'tag-value') return group.tags.some((tag) => values.includes(tag.value));
  const key = name.startsWith('tag:') ? name.slice(4) : undefined;
  if (key === undefined) throw invalid(`The filter ${name} is not valid.`);
  return group.tags.some((tag) => tag.key === key && values.includes(tag.value));
}
