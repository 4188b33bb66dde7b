import {
  type QueryAction,
  type QueryParams,
  requiredText,
  structuresOf,
  textOf,
  textsOf,
} from '../gateway/query-protocol.ts';
import type { LifecycleActions } from './lifecycle.ts';
import { hookOf, tagsOf } from './requests.ts';
import { change, findGroup, type Group, type Groups, type GroupTag, invalid } from './state.ts';
import { hookView, tagView } from './views.ts';

/** The actions on lifecycle hooks and lifecycle actions. */
export function hookActions(
  groups: Groups,
  actions: LifecycleActions,
): Readonly<Record<string, QueryAction>> {
  const find = (params: QueryParams) =>
    findGroup(groups, requiredText(params, 'AutoScalingGroupName'));
  const keep = (group: Group, hooks: Group['hooks']) => change(groups, group.name, { hooks });
  return {
    PutLifecycleHook: (params) => {
      const group = find(params);
      const hook = hookOf(params, group.hooks.get(requiredText(params, 'LifecycleHookName')));
      keep(group, new Map(group.hooks).set(hook.name, hook));
      return {};
    },
    DescribeLifecycleHooks: (params) => {
      const group = find(params);
      const names = textsOf(params, 'LifecycleHookNames');
      const found = [...group.hooks.values()].filter(
        (hook) => names.length === 0 || names.includes(hook.name),
      );
      return { LifecycleHooks: found.map((hook) => hookView(group.name, hook)) };
    },
    DeleteLifecycleHook: (params) => {
      const group = find(params);
      const hooks = new Map(group.hooks);
      if (!hooks.delete(requiredText(params, 'LifecycleHookName'))) {
        throw invalid('No Lifecycle Hook found with that name');
      }
      keep(group, hooks);
      return {};
    },
    CompleteLifecycleAction: (params) => {
      const result = requiredText(params, 'LifecycleActionResult');
      if (result !== 'CONTINUE' && result !== 'ABANDON')
        throw invalid(`'${result}' is not a valid lifecycle action result`);
      const { token } = findAction(actions, params);
      const reason = `Lifecycle Action with token ${token} was abandoned: Lifecycle Action Completed with ABANDON Result`;
      actions.complete(token, { result, reason });
      return {};
    },
    RecordLifecycleActionHeartbeat: (params) => {
      actions.heartbeat(findAction(actions, params).token);
      return {};
    },
  };
}

function findAction(actions: LifecycleActions, params: QueryParams) {
  const group = requiredText(params, 'AutoScalingGroupName');
  const hook = requiredText(params, 'LifecycleHookName');
  const token = textOf(params, 'LifecycleActionToken');
  const instanceId = textOf(params, 'InstanceId');
  const action = actions.find(group, hook, token, instanceId);
  if (action !== undefined) return action;
  const by = token === undefined ? `instance ID ${instanceId}` : `token ${token}`;
  throw invalid(`No active Lifecycle Action found with ${by}`);
}

/** The actions on tags of groups. Each tag names its group as `ResourceId`. */
export function tagActions(groups: Groups): Readonly<Record<string, QueryAction>> {
  const edit = (
    params: QueryParams,
    by: (tags: readonly GroupTag[], tag: GroupTag) => GroupTag[],
  ) => {
    const rows = structuresOf(params, 'Tags');
    const tags = tagsOf(params);
    for (const [index, tag] of tags.entries()) {
      const group = findGroup(groups, textOf(rows[index] ?? {}, 'ResourceId') ?? '');
      change(groups, group.name, { tags: by(group.tags, tag) });
    }
    return undefined;
  };
  const without = (tags: readonly GroupTag[], key: string) => tags.filter((tag) => tag.key !== key);
  return {
    CreateOrUpdateTags: (params) => edit(params, (tags, tag) => [...without(tags, tag.key), tag]),
    DeleteTags: (params) => edit(params, (tags, tag) => without(tags, tag.key)),
    DescribeTags: () => ({
      Tags: [...groups.values()].flatMap((group) =>
        group.tags.map((tag) => tagView(group.name, tag)),
      ),
    }),
  };
}
