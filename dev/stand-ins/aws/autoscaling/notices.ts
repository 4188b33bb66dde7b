import type { Emit } from '../events/events.ts';
import type { LifecycleAction } from './lifecycle.ts';
import { type Activity, type Group, LAUNCHING, type Subnet } from './state.ts';

/** The events that Amazon EC2 Auto Scaling sends to EventBridge, with the names of its event reference. */

/** "EC2 Instance-launch Lifecycle Action" and its counterpart. */
export function announceAction(emit: Emit, groupArn: string, action: LifecycleAction): void {
  const launching = action.hook.transition === LAUNCHING;
  const { metadata } = action.hook;
  emit({
    source: 'aws.autoscaling',
    'detail-type': `EC2 Instance-${launching ? 'launch' : 'terminate'} Lifecycle Action`,
    resources: [groupArn],
    detail: {
      LifecycleActionToken: action.token,
      AutoScalingGroupName: action.group,
      LifecycleHookName: action.hook.name,
      EC2InstanceId: action.instanceId,
      LifecycleTransition: action.hook.transition,
      ...(metadata === undefined ? {} : { NotificationMetadata: metadata }),
      Origin: launching ? 'EC2' : 'AutoScalingGroup',
      Destination: launching ? 'AutoScalingGroup' : 'EC2',
    },
  });
}

/** "EC2 Instance Launch Successful" and its three counterparts. */
export function announceEnd(
  emit: Emit,
  group: Group,
  activity: Activity,
  what: 'Launch' | 'Terminate',
  success: boolean,
  subnet: Subnet,
): void {
  const instance = activity.instanceId;
  emit({
    source: 'aws.autoscaling',
    'detail-type': `EC2 Instance ${what} ${success ? 'Successful' : 'Unsuccessful'}`,
    resources: [group.arn, ...(instance === undefined ? [] : [instanceArn(group.arn, instance)])],
    detail: {
      StatusCode: success ? 'InProgress' : 'Failed',
      Description: activity.description,
      AutoScalingGroupName: group.name,
      ActivityId: activity.id,
      RequestId: activity.id,
      StatusMessage: activity.statusMessage ?? '',
      EC2InstanceId: instance ?? '',
      StartTime: activity.startTime.toISOString(),
      EndTime: (activity.endTime ?? new Date()).toISOString(),
      Cause: activity.cause,
      Details: { 'Subnet ID': subnet.id, 'Availability Zone': subnet.zone },
      Origin: what === 'Launch' ? 'EC2' : 'AutoScalingGroup',
      Destination: what === 'Launch' ? 'AutoScalingGroup' : 'EC2',
    },
  });
}

function instanceArn(groupArn: string, instanceId: string): string {
  const [, , , region, account] = groupArn.split(':');
  return `arn:aws:ec2:${region}:${account}:instance/${instanceId}`;
}
