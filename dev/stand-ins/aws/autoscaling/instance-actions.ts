import {
  booleanOf,
  type QueryAction,
  type QueryParams,
  requiredText,
} from '../gateway/query-protocol.ts';
import { change, type Group, type Groups, groupOf, invalid } from './state.ts';
import { activityView } from './views.ts';

export interface InstanceContext {
  readonly groups: Groups;
  /** Terminates an instance of a group; its activity states the cause. */
  readonly terminate: (group: string, instanceId: string, cause: string) => void;
}

/** The actions on one instance of a group. */
export function instanceActions(on: InstanceContext): Readonly<Record<string, QueryAction>> {
  return {
    TerminateInstanceInAutoScalingGroup: (params) => terminateInstance(on, params),
    SetInstanceHealth: (params) => setInstanceHealth(on, params),
  };
}

function terminateInstance(on: InstanceContext, params: QueryParams) {
  const instanceId = requiredText(params, 'InstanceId');
  const group = groupWith(on.groups, instanceId);
  const { minSize, desiredCapacity } = group.settings;
  const shrinks = booleanOf(params, 'ShouldDecrementDesiredCapacity') === true;
  if (shrinks) {
    if (desiredCapacity <= minSize) {
      throw invalid(
        `Currently, desiredSize equals minSize (${minSize}). Terminating instance without replacement will violate group's min size constraint. Either set shouldDecrementDesiredCapacity flag to false or lower group's min size.`,
      );
    }
    change(on.groups, group.name, {
      settings: { ...group.settings, desiredCapacity: desiredCapacity - 1 },
    });
  }
  const shrinking = shrinks
    ? `, shrinking the capacity from ${desiredCapacity} to ${desiredCapacity - 1}`
    : '';
  on.terminate(
    group.name,
    instanceId,
    `instance ${instanceId} was taken out of service in response to a user request${shrinking}.`,
  );
  const now = on.groups.get(group.name) ?? group;
  const activity = now.activities.find((each) => each.instanceId === instanceId);
  return activity === undefined ? undefined : { Activity: activityView(now, activity) };
}

/** Replaces an unhealthy instance at once, without waiting for a grace period. */
function setInstanceHealth(on: InstanceContext, params: QueryParams): undefined {
  const instanceId = requiredText(params, 'InstanceId');
  const status = requiredText(params, 'HealthStatus');
  if (status !== 'Healthy' && status !== 'Unhealthy') {
    throw invalid('Valid instance health states are: [Healthy, Unhealthy].');
  }
  const group = groupWith(on.groups, instanceId);
  if (status === 'Healthy') return;
  const cause = 'an instance was taken out of service in response to a user health-check.';
  on.terminate(group.name, instanceId, cause);
}

function groupWith(groups: Groups, instanceId: string): Group {
  const group = groupOf(groups, instanceId);
  if (group !== undefined) return group;
  throw invalid(`Instance Id not found - No managed instance found for instance ID: ${instanceId}`);
}
