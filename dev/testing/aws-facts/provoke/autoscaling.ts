import {
  CompleteLifecycleActionCommand,
  CreateAutoScalingGroupCommand,
  DescribeLifecycleHooksCommand,
  DescribeScalingActivitiesCommand,
  PutLifecycleHookCommand,
  SetDesiredCapacityCommand,
  TerminateInstanceInAutoScalingGroupCommand,
  UpdateAutoScalingGroupCommand,
} from '@aws-sdk/client-auto-scaling';
import { CreateLaunchTemplateCommand } from '@aws-sdk/client-ec2';
import { eventually } from '../../../stand-ins/aws/testing/local-aws.ts';
import { subnet } from './ec2.ts';
import type { Provocations, World } from './world.ts';

const HOOK = { LifecycleHookName: 'attach' };

/** Makes a group without instances, with a hook for launches. */
async function group(
  world: World,
  AutoScalingGroupName: string,
  cidr: string,
  NewInstancesProtectedFromScaleIn = false,
): Promise<string> {
  const { ec2, autoscaling } = world.clients;
  const LaunchTemplateName = `facts-${AutoScalingGroupName}`;
  const LaunchTemplateData = {
    ImageId: 'ami-0123456789abcdef0',
    InstanceType: 't3.medium',
  } as const;
  await ec2.send(new CreateLaunchTemplateCommand({ LaunchTemplateName, LaunchTemplateData }));
  await autoscaling.send(
    new CreateAutoScalingGroupCommand({
      AutoScalingGroupName,
      MinSize: 0,
      MaxSize: 1,
      VPCZoneIdentifier: await subnet(world, cidr),
      LaunchTemplate: { LaunchTemplateName, Version: '1' },
      NewInstancesProtectedFromScaleIn,
    }),
  );
  const LifecycleTransition = 'autoscaling:EC2_INSTANCE_LAUNCHING';
  await autoscaling.send(
    new PutLifecycleHookCommand({ ...HOOK, AutoScalingGroupName, LifecycleTransition }),
  );
  return AutoScalingGroupName;
}

/** The activities of a group once the newest one fulfils a condition, only that one. */
function activityOf(
  world: World,
  AutoScalingGroupName: string,
  isWanted: (text: object) => boolean,
) {
  return eventually(async () => {
    const query = new DescribeScalingActivitiesCommand({ AutoScalingGroupName });
    const { Activities = [] } = await world.clients.autoscaling.send(query);
    const found = Activities.find(isWanted);
    return found && { Activities: [found] };
  }, 10_000);
}

/** Launches an instance, and returns its id when its hook waits. */
async function launching(world: World, AutoScalingGroupName: string): Promise<string> {
  const { autoscaling } = world.clients;
  await autoscaling.send(
    new SetDesiredCapacityCommand({ AutoScalingGroupName, DesiredCapacity: 1 }),
  );
  return eventually(async () => {
    const { Activities = [] } = await autoscaling.send(
      new DescribeScalingActivitiesCommand({ AutoScalingGroupName }),
    );
    return Activities.flatMap(({ Description = '' }) => /i-[0-9a-f]+/.exec(Description) ?? [])[0];
  }, 10_000);
}

function end({ clients }: World, InstanceId: string) {
  const input = { InstanceId, ShouldDecrementDesiredCapacity: true };
  return clients.autoscaling.send(new TerminateInstanceInAutoScalingGroupCommand(input));
}

/** How to provoke the answers of Auto Scaling. */
export const AUTO_SCALING: Provocations = {
  'action-answered-already': async (world) =>
    world.clients.autoscaling.send(
      new CompleteLifecycleActionCommand({
        ...HOOK,
        AutoScalingGroupName: await group(world, 'answered', '10.9.20.0/24'),
        LifecycleActionToken: '5f8b4a3e-0000-4000-8000-000000000000',
        LifecycleActionResult: 'CONTINUE',
      }),
    ),
  'action-of-instance-answered-already': async (world) =>
    world.clients.autoscaling.send(
      new CompleteLifecycleActionCommand({
        ...HOOK,
        AutoScalingGroupName: await group(world, 'answered-instance', '10.9.21.0/24'),
        InstanceId: 'i-0123456789abcdef0',
        LifecycleActionResult: 'CONTINUE',
      }),
    ),
  'activity-of-abandoned-launch': async (world) => {
    const name = await group(world, 'abandoning', '10.9.22.0/24');
    const answer = {
      ...HOOK,
      AutoScalingGroupName: name,
      InstanceId: await launching(world, name),
      LifecycleActionResult: 'ABANDON',
    };
    await eventually(
      () =>
        world.clients.autoscaling
          .send(new CompleteLifecycleActionCommand(answer))
          .catch(() => undefined),
      10_000,
    );
    return activityOf(
      world,
      name,
      (one) => 'StatusMessage' in one && one.StatusMessage !== undefined,
    );
  },
  'activity-cause': async (world) => {
    const name = await group(world, 'growing', '10.9.23.0/24');
    await launching(world, name);
    return activityOf(world, name, () => true);
  },
  'hook-default-result': async (world) => {
    const AutoScalingGroupName = await group(world, 'hooked', '10.9.24.0/24');
    return world.clients.autoscaling.send(
      new DescribeLifecycleHooksCommand({ AutoScalingGroupName }),
    );
  },
  'instance-ended-and-group-shrunk': async (world) =>
    end(world, await launching(world, await group(world, 'shrinking', '10.9.26.0/24'))),
  'group-cannot-shrink-below-min': async (world) => {
    const AutoScalingGroupName = await group(world, 'least', '10.9.27.0/24');
    const id = await launching(world, AutoScalingGroupName);
    const least = { AutoScalingGroupName, MinSize: 1 };
    await world.clients.autoscaling.send(new UpdateAutoScalingGroupCommand(least));
    return end(world, id);
  },
  'instance-ended-twice': async (world) => {
    const AutoScalingGroupName = await group(world, 'ended-twice', '10.9.28.0/24');
    const LifecycleTransition = 'autoscaling:EC2_INSTANCE_TERMINATING';
    const hook = { LifecycleHookName: 'release', AutoScalingGroupName, LifecycleTransition };
    await world.clients.autoscaling.send(new PutLifecycleHookCommand(hook));
    const id = await launching(world, AutoScalingGroupName);
    await end(world, id);
    const two = { AutoScalingGroupName, DesiredCapacity: 1 };
    await world.clients.autoscaling.send(new SetDesiredCapacityCommand(two));
    return end(world, id);
  },
  'protected-instance-ended': async (world) =>
    end(world, await launching(world, await group(world, 'protected', '10.9.29.0/24', true))),
  'desired-above-max': async (world) =>
    world.clients.autoscaling.send(
      new SetDesiredCapacityCommand({
        AutoScalingGroupName: await group(world, 'above', '10.9.38.0/24'),
        DesiredCapacity: 2,
      }),
    ),
  'group-with-bad-template': async (world) =>
    world.clients.autoscaling.send(
      new CreateAutoScalingGroupCommand({
        AutoScalingGroupName: 'bad',
        MinSize: 0,
        MaxSize: 1,
        VPCZoneIdentifier: await subnet(world, '10.9.25.0/24'),
        LaunchTemplate: { LaunchTemplateName: 'nobody', Version: '1' },
      }),
    ),
};
