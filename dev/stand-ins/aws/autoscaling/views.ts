import type { XmlValue } from '../gateway/query-protocol.ts';
import { isReserved } from './members.ts';
import type { Activity, Group, GroupTag, Hook, Member } from './state.ts';

/** The API's view of groups, instances, hooks and activities. */

export function groupView(group: Group): XmlValue {
  const { settings } = group;
  return {
    AutoScalingGroupName: group.name,
    AutoScalingGroupARN: group.arn,
    LaunchTemplate: templateView(settings.launchTemplate),
    MinSize: settings.minSize,
    MaxSize: settings.maxSize,
    DesiredCapacity: settings.desiredCapacity,
    DefaultCooldown: settings.cooldown,
    AvailabilityZones: [...new Set(settings.subnets.map((subnet) => subnet.zone))],
    LoadBalancerNames: [],
    TargetGroupARNs: [],
    HealthCheckType: settings.healthCheckType,
    HealthCheckGracePeriod: settings.healthCheckGracePeriod,
    Instances: visibleMembers(group).map(memberView),
    CreatedTime: group.createdAt,
    SuspendedProcesses: settings.suspended.map((ProcessName) => ({
      ProcessName,
      SuspensionReason: 'User suspended',
    })),
    VPCZoneIdentifier: settings.subnets.map((subnet) => subnet.id).join(','),
    EnabledMetrics: [],
    Status: group.deleting ? 'Delete in progress' : undefined,
    Tags: group.tags.map((tag) => tagView(group.name, tag)),
    TerminationPolicies: ['Default'],
    NewInstancesProtectedFromScaleIn: settings.protectFromScaleIn,
  };
}

/** The members that have a real instance id. */
export function visibleMembers(group: Group): readonly Member[] {
  return [...group.members.values()].filter((member) => !isReserved(member));
}

export function tagView(groupName: string, tag: GroupTag): XmlValue {
  return {
    ResourceId: groupName,
    ResourceType: 'auto-scaling-group',
    Key: tag.key,
    Value: tag.value,
    PropagateAtLaunch: tag.propagateAtLaunch,
  };
}

export function memberView(member: Member): Record<string, XmlValue> {
  return {
    InstanceId: member.instanceId,
    InstanceType: member.instanceType,
    AvailabilityZone: member.subnet.zone,
    LifecycleState: member.state,
    HealthStatus: 'Healthy',
    LaunchTemplate: templateView(member.launchTemplate),
    ProtectedFromScaleIn: member.protectedFromScaleIn,
  };
}

export function hookView(groupName: string, hook: Hook): XmlValue {
  return {
    LifecycleHookName: hook.name,
    AutoScalingGroupName: groupName,
    LifecycleTransition: hook.transition,
    NotificationMetadata: hook.metadata,
    HeartbeatTimeout: hook.heartbeatTimeout,
    // Heartbeats can extend a wait to 48 hours or 100 times the timeout, whichever is shorter.
    GlobalTimeout: Math.min(172_800, hook.heartbeatTimeout * 100),
    DefaultResult: hook.defaultResult,
  };
}

export function activityView(group: Group, activity: Activity): XmlValue {
  return {
    ActivityId: activity.id,
    AutoScalingGroupName: group.name,
    AutoScalingGroupARN: group.arn,
    Description: activity.description,
    Cause: activity.cause,
    StartTime: activity.startTime,
    EndTime: activity.endTime,
    StatusCode: activity.statusCode,
    StatusMessage: activity.statusMessage,
    Progress: activity.endTime === undefined ? 50 : 100,
    Details: '{}',
  };
}

function templateView(template: Member['launchTemplate']): XmlValue {
  return {
    LaunchTemplateId: template.id,
    LaunchTemplateName: template.name,
    Version: template.version,
  };
}
