import {
  booleanOf,
  type QueryAction,
  type QueryParams,
  requiredText,
  ServiceError,
  structuresOf,
  textOf,
  textsOf,
} from '../gateway/query-protocol.ts';
import type { Fleet } from './fleet.ts';
import { desiredOf, hookOf, otherSettings, sizesOf, tagsOf, templateOf } from './requests.ts';
import {
  change,
  findGroup,
  type Group,
  type GroupSettings,
  type Groups,
  invalid,
} from './state.ts';

export interface GroupContext {
  readonly account: string;
  readonly region: string;
  readonly groups: Groups;
  readonly fleet: Fleet;
  /** Starts to bring a group to its desired capacity. */
  readonly reconcile: (group: string) => void;
  /** Abandons the lifecycle actions that an instance waits for. */
  readonly drop: (instanceId: string) => void;
}

/** The actions that create, change and delete groups. */
export function groupActions(on: GroupContext): Readonly<Record<string, QueryAction>> {
  const set = (group: Group, settings: Partial<GroupSettings>) => {
    change(on.groups, group.name, { settings: { ...group.settings, ...settings } });
    on.reconcile(group.name);
  };
  const find = (params: QueryParams) =>
    findGroup(on.groups, requiredText(params, 'AutoScalingGroupName'));
  return {
    CreateAutoScalingGroup: async (params) => {
      const group = await newGroup(on, params);
      if (on.groups.has(group.name)) throw exists(group.name);
      on.groups.set(group.name, group);
      on.reconcile(group.name);
      return undefined;
    },
    UpdateAutoScalingGroup: async (params) => {
      const placed = await placement(on, params);
      const group = find(params);
      if (group.deleting) throw pendingDelete(group.name);
      set(group, { ...sizesOf(params, group.settings), ...otherSettings(params), ...placed });
      return undefined;
    },
    SetDesiredCapacity: (params) => {
      const group = find(params);
      set(group, { desiredCapacity: desiredOf(params, group.settings) });
      return undefined;
    },
    DeleteAutoScalingGroup: (params) => {
      remove(on, find(params), booleanOf(params, 'ForceDelete') ?? false);
      return undefined;
    },
    SuspendProcesses: (params) => {
      const group = find(params);
      const names = textsOf(params, 'ScalingProcesses');
      set(group, { suspended: names.length > 0 ? names : ['Launch', 'Terminate'] });
      return undefined;
    },
    ResumeProcesses: (params) => {
      const group = find(params);
      const names = textsOf(params, 'ScalingProcesses');
      const left = group.settings.suspended.filter((each) => !names.includes(each));
      set(group, { suspended: names.length > 0 ? left : [] });
      return undefined;
    },
  };
}

async function newGroup(on: GroupContext, params: QueryParams): Promise<Group> {
  const name = requiredText(params, 'AutoScalingGroupName');
  if (on.groups.has(name)) throw exists(name);
  const { launchTemplate, subnets } = await placement(on, params);
  if (launchTemplate === undefined) {
    throw invalid('Valid requests must contain either LaunchTemplate or MixedInstancesPolicy');
  }
  const hooks = structuresOf(params, 'LifecycleHookSpecificationList').map((each) => hookOf(each));
  const id = `${crypto.randomUUID()}:autoScalingGroupName/${name}`;
  return {
    name,
    arn: `arn:aws:autoscaling:${on.region}:${on.account}:autoScalingGroup:${id}`,
    createdAt: new Date(),
    settings: {
      cooldown: 300,
      healthCheckType: 'EC2',
      healthCheckGracePeriod: 0,
      protectFromScaleIn: false,
      suspended: [],
      ...sizesOf(params),
      ...otherSettings(params),
      launchTemplate,
      subnets: subnets ?? (await on.fleet.subnets([])),
    },
    tags: tagsOf(params),
    hooks: new Map(hooks.map((hook) => [hook.name, hook])),
    members: new Map(),
    activities: [],
    deleting: false,
  };
}

/** The launch template and subnets that a request names. */
async function placement(on: GroupContext, params: QueryParams): Promise<Partial<GroupSettings>> {
  const reference = templateOf(params);
  const zones = textOf(params, 'VPCZoneIdentifier');
  const ids = (zones ?? '').split(',').map((id) => id.trim());
  return {
    ...(reference === undefined ? {} : { launchTemplate: await on.fleet.template(reference) }),
    ...(zones === undefined ? {} : { subnets: await on.fleet.subnets(ids.filter(Boolean)) }),
  };
}

function remove(on: GroupContext, group: Group, force: boolean): void {
  if (group.members.size > 0 && !force) {
    const message =
      'You cannot delete an AutoScalingGroup while there are instances or pending Spot instance request(s) still in the group.';
    throw new ServiceError('ResourceInUse', message);
  }
  const members = [...group.members.values()].map((each) => ({
    ...each,
    protectedFromScaleIn: false,
  }));
  change(on.groups, group.name, {
    deleting: true,
    settings: { ...group.settings, minSize: 0, desiredCapacity: 0, suspended: [] },
    members: new Map(members.map((each) => [each.instanceId, each])),
  });
  on.reconcile(group.name);
  // A forced deletion does not wait for lifecycle actions.
  for (const { instanceId } of members) on.drop(instanceId);
}

function exists(name: string): ServiceError {
  const message = `AutoScalingGroup by this name already exists - A group with the name ${name} already exists`;
  return new ServiceError('AlreadyExists', message);
}

function pendingDelete(name: string): ServiceError {
  return invalid(`AutoScalingGroup by this name is pending delete - ${name}`);
}
