import type { Fact } from '../fact.ts';
import { relied } from '../fact.ts';
import { IS_NOT_ACTIVE } from '../relied-on.ts';
import { documented, issue, quoted } from '../sources.ts';

const refusal = (message: string) => ({ code: 'ValidationError', status: 400, message });

/** What Amazon EC2 Auto Scaling answers, and what it announces. */
export const AUTO_SCALING_FACTS: readonly Fact[] = [
  {
    id: 'lifecycle-event',
    call: 'EC2 Instance-launch Lifecycle Action',
    when: 'a hook holds an instance that launches',
    answer: {
      output: {
        LifecycleActionToken: '…',
        AutoScalingGroupName: '…',
        LifecycleHookName: '…',
        EC2InstanceId: '…',
        LifecycleTransition: 'autoscaling:EC2_INSTANCE_LAUNCHING',
        Origin: 'EC2',
        Destination: 'AutoScalingGroup',
      },
    },
    source: documented('autoscaling/ec2/userguide/ec2-auto-scaling-event-reference.html'),
    kind: 'documentation',
    reliedOnBy: [],
    standIn: 'same',
  },
  {
    id: 'action-answered-already',
    call: 'CompleteLifecycleAction',
    when: 'the lifecycle action was answered, or its time has passed',
    answer: refusal('No active Lifecycle Action found with token …'),
    source: issue('spacelift-io/terraform-aws-spacelift-workerpool-on-ec2#197'),
    kind: 'report',
    reliedOnBy: relied({ [IS_NOT_ACTIVE]: true }),
    standIn: 'same',
  },
  {
    id: 'action-of-instance-answered-already',
    call: 'CompleteLifecycleAction',
    when: 'the same, for a call that names the instance and no token',
    answer: refusal('No active Lifecycle Action found with instance ID …'),
    source: issue('convox/rack#2432'),
    kind: 'report',
    reliedOnBy: relied({ [IS_NOT_ACTIVE]: true }),
    standIn: 'same',
  },
  {
    id: 'group-unknown-to-hook',
    call: 'CompleteLifecycleAction',
    when: 'the group does not exist any more',
    answer: refusal('AutoScalingGroup name not found - null'),
    source: documented('autoscaling/ec2/APIReference/API_CompleteLifecycleAction.html'),
    kind: 'doubt',
    reliedOnBy: relied({ [IS_NOT_ACTIVE]: false }),
    standIn: { differs: 'The stand-in answers as for an action that is not active.' },
  },
  {
    id: 'activity-of-abandoned-launch',
    call: 'DescribeScalingActivities',
    when: 'a launch hook was completed with ABANDON',
    answer: {
      output: {
        Activities: [
          {
            StatusMessage:
              "Instance failed to complete user's Lifecycle Action: Lifecycle Action with token … was abandoned: Lifecycle Action Completed with ABANDON Result",
          },
        ],
      },
    },
    source: issue('Jaeminst/devops-01-Final-TeamG#90'),
    kind: 'report',
    reliedOnBy: [],
    standIn: 'same',
  },
  {
    id: 'activity-cause',
    call: 'DescribeScalingActivities',
    when: 'a group launches an instance because it has fewer than desired',
    answer: {
      output: {
        Activities: [
          {
            Cause:
              'At … an instance was started in response to a difference between desired and actual capacity, increasing the capacity from … to ….',
          },
        ],
      },
    },
    source: issue('kubernetes/autoscaler#1263'),
    kind: 'report',
    reliedOnBy: [],
    standIn: 'same',
  },
  {
    id: 'hook-default-result',
    call: 'DescribeLifecycleHooks',
    when: 'a hook was made without DefaultResult',
    answer: { output: { LifecycleHooks: [{ DefaultResult: 'ABANDON' }] } },
    source: issue('awsdocs/aws-cloudformation-user-guide#248'),
    kind: 'report',
    reliedOnBy: [],
    standIn: 'same',
  },
  {
    id: 'instance-ended-and-group-shrunk',
    call: 'TerminateInstanceInAutoScalingGroup',
    when: 'ShouldDecrementDesiredCapacity is true',
    answer: {
      output: {
        Activity: {
          Cause:
            'At … instance … was taken out of service in response to a user request, shrinking the capacity from … to ….',
        },
      },
    },
    source: issue('kubernetes/autoscaler#144'),
    kind: 'report',
    reliedOnBy: [],
    standIn: 'same',
  },
  {
    id: 'group-cannot-shrink-below-min',
    call: 'TerminateInstanceInAutoScalingGroup',
    when: 'ShouldDecrementDesiredCapacity is true, and the desired capacity equals the minimum',
    answer: refusal(
      "Currently, desiredSize equals minSize (…). Terminating instance without replacement will violate group's min size constraint. Either set shouldDecrementDesiredCapacity flag to false or lower group's min size.",
    ),
    source: issue('aws/aws-cli#47', 'buildkite/buildkite-agent-scaler#350'),
    kind: 'report',
    reliedOnBy: [],
    standIn: 'same',
  },
  {
    id: 'instance-ended-twice',
    call: 'TerminateInstanceInAutoScalingGroup',
    when: 'the instance is being terminated already, and ShouldDecrementDesiredCapacity is true',
    answer: {
      output: { Activity: { Cause: '… in response to a user request, shrinking the capacity …' } },
    },
    source: issue('kubernetes/autoscaler#5411'),
    kind: 'doubt',
    reliedOnBy: [],
    standIn: 'same',
  },
  {
    id: 'protected-instance-ended',
    call: 'TerminateInstanceInAutoScalingGroup',
    when: 'the instance is protected from scale-in, which does not protect it from this call',
    answer: { output: { Activity: { Cause: '… in response to a user request…' } } },
    source: documented('autoscaling/ec2/userguide/ec2-auto-scaling-instance-protection.html'),
    kind: 'documentation',
    reliedOnBy: [],
    standIn: 'same',
  },
  {
    id: 'desired-above-max',
    call: 'SetDesiredCapacity',
    when: 'the group may not have as many instances',
    answer: refusal(
      'New SetDesiredCapacity value … is above max value … for the AutoScalingGroup.',
    ),
    source: quoted('New SetDesiredCapacity value'),
    kind: 'report',
    reliedOnBy: [],
    standIn: 'same',
  },
  {
    id: 'group-with-bad-template',
    call: 'CreateAutoScalingGroup',
    when: 'EC2 does not take the launch template',
    answer: refusal('You must use a valid fully-formed launch template. …'),
    source: issue('eksctl-io/eksctl#1022', 'aws/containers-roadmap#467'),
    kind: 'report',
    reliedOnBy: [],
    standIn: 'same',
  },
];
