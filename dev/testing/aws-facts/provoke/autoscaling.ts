import {
  CompleteLifecycleActionCommand,
  CreateAutoScalingGroupCommand,
  DescribeLifecycleHooksCommand,
  DescribeScalingActivitiesCommand,
  PutLifecycleHookCommand,
  SetDesiredCapacityCommand,
} from '@aws-sdk/client-auto-scaling';
import { CreateLaunchTemplateCommand } from '@aws-sdk/client-ec2';
import { eventually } from '../../../stand-ins/aws/testing/local-aws.ts';
import { subnet } from './ec2.ts';
import type { Provocations, World } from './world.ts';

const HOOK = { LifecycleHookName: 'attach' };

/** Makes a group without instances, with a hook for launches. */
async function group(world: World, AutoScalingGroupName: string, cidr: string): Promise<string> {
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
