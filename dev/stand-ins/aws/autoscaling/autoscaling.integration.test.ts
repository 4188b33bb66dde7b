import {
  CompleteLifecycleActionCommand,
  CreateAutoScalingGroupCommand,
  DeleteAutoScalingGroupCommand,
  DeleteLifecycleHookCommand,
  DescribeAutoScalingGroupsCommand,
  DescribeAutoScalingInstancesCommand,
  DescribeLifecycleHooksCommand,
  DescribeScalingActivitiesCommand,
  PutLifecycleHookCommand,
  RecordLifecycleActionHeartbeatCommand,
  SetDesiredCapacityCommand,
  SetInstanceHealthCommand,
  TerminateInstanceInAutoScalingGroupCommand,
  UpdateAutoScalingGroupCommand,
} from '@aws-sdk/client-auto-scaling';
import {
  CreateLaunchTemplateCommand,
  CreateSubnetCommand,
  CreateVpcCommand,
  TerminateInstancesCommand,
} from '@aws-sdk/client-ec2';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { eventually, REGION } from '../testing/local-aws.ts';
import { startTestAws, type TestAws } from '../testing/stand-in.ts';
import type { After } from './lifecycle.ts';

const AutoScalingGroupName = 'group';
const LAUNCH = {
  LifecycleHookName: 'launch',
  LifecycleTransition: 'autoscaling:EC2_INSTANCE_LAUNCHING',
  HeartbeatTimeout: 100,
};

/** The clock of heartbeat timeouts. The test moves it, so a slow machine cannot miss a timeout. */
const timers = new Set<{ left: number; readonly work: () => void }>();
const after: After = (left, work) => {
  const timer = { left, work };
  timers.add(timer);
  return () => timers.delete(timer);
};
function pass(seconds: number): void {
  for (const timer of [...timers]) {
    timer.left -= seconds;
    if (timer.left <= 0 && timers.delete(timer)) timer.work();
  }
}

let test: TestAws;
let subnets: readonly string[];
let tiny: string;

beforeAll(async () => {
  test = await startTestAws({ pace: { after, backoffMs: 200 } });
  const { ec2 } = test.clients;
  const { Vpc } = await ec2.send(new CreateVpcCommand({ CidrBlock: '10.0.0.0/16' }));
  const make = async (CidrBlock: string, zone: string) => {
    const place = { VpcId: Vpc?.VpcId, CidrBlock, AvailabilityZone: `${REGION}${zone}` };
    return (await ec2.send(new CreateSubnetCommand(place))).Subnet?.SubnetId ?? '';
  };
  subnets = [await make('10.0.0.0/24', 'a'), await make('10.0.1.0/24', 'b')];
  tiny = await make('10.0.2.0/28', 'a');
  await ec2.send(
    new CreateLaunchTemplateCommand({
      LaunchTemplateName: 'node',
      LaunchTemplateData: { ImageId: 'ami-0123456789abcdef0', InstanceType: 'm5.large' },
    }),
  );
});

afterEach(async () => {
  const end = new DeleteAutoScalingGroupCommand({ AutoScalingGroupName, ForceDelete: true });
  await test.clients.autoscaling.send(end).catch(() => undefined);
  await eventually(async () => (await group()) === undefined);
});

afterAll(() => test?.stop());

describe('a group', () => {
  it('replaces a spot instance that EC2 takes back, two minutes after the notice', async () => {
    const { ec2 } = test.clients;
    await ec2.send(
      new CreateLaunchTemplateCommand({
        LaunchTemplateName: 'spot',
        LaunchTemplateData: {
          ImageId: 'ami-0123456789abcdef0',
          InstanceType: 'm5.large',
          InstanceMarketOptions: { MarketType: 'spot' },
        },
      }),
    );
    await create({
      MaxSize: 1,
      DesiredCapacity: 1,
      LaunchTemplate: { LaunchTemplateName: 'spot' },
    });
    await whenServing(1);
    const taken = (await group())?.Instances?.[0]?.InstanceId ?? '';
    const { spot, bus } = test.aws;
    await spot.interrupt(taken);
    expect(spot.noticeOf(taken)).toMatchObject({ action: 'terminate' });
    expect(bus.sent()).toContainEqual(
      expect.objectContaining({
        'detail-type': 'EC2 Spot Instance Interruption Warning',
        detail: { 'instance-id': taken, 'instance-action': 'terminate' },
      }),
    );
    pass(119);
    expect((await group())?.Instances?.[0]?.InstanceId).toBe(taken);
    pass(1);
    await eventually(async () => {
      const [member] = (await group())?.Instances ?? [];
      return member?.LifecycleState === 'InService' && member.InstanceId !== taken;
    });
  });

  it('keeps its on-demand instances, which EC2 does not take back', async () => {
    await create({ MaxSize: 1, DesiredCapacity: 1 });
    await whenServing(1);
    const id = (await group())?.Instances?.[0]?.InstanceId ?? '';
    await expect(test.aws.spot.interrupt(id)).rejects.toThrow(/no spot instance/);
  });

  it('spreads its instances over zones, scales out and in, and obeys an update', async () => {
    await create({ DesiredCapacity: 2, MaxSize: 4 });
    await whenServing(2);
    const zones = (await group())?.Instances?.map((each) => each.AvailabilityZone);
    expect(zones?.toSorted()).toEqual([`${REGION}a`, `${REGION}b`]);
    await setDesired(3);
    await whenServing(3);
    const update = { AutoScalingGroupName, MinSize: 0, MaxSize: 1 };
    await test.clients.autoscaling.send(new UpdateAutoScalingGroupCommand(update));
    await whenServing(1);
    expect(await group()).toMatchObject({ MinSize: 0, MaxSize: 1, DesiredCapacity: 1 });
    await expect(setDesired(2)).rejects.toThrow(/above max value 1/);
  });

  it('replaces an instance that somebody else terminated', async () => {
    await create({ DesiredCapacity: 1 });
    const [first = ''] = await whenServing(1);
    await test.clients.ec2.send(new TerminateInstancesCommand({ InstanceIds: [first] }));
    await eventually(async () => {
      const now = await serving();
      return now.length === 1 && now[0] !== first;
    });
  });

  it('replaces an instance reported unhealthy and keeps one reported healthy', async () => {
    await create({ DesiredCapacity: 1 });
    const [InstanceId = ''] = await whenServing(1);
    const report = (id: string, HealthStatus: string) =>
      test.clients.autoscaling.send(new SetInstanceHealthCommand({ InstanceId: id, HealthStatus }));
    await report(InstanceId, 'Healthy');
    expect(await serving()).toEqual([InstanceId]);
    await report(InstanceId, 'Unhealthy');
    await eventually(async () => {
      const now = await serving();
      return now.length === 1 && now[0] !== InstanceId;
    });
    await expect(report(InstanceId, 'Poorly')).rejects.toThrow(/Valid instance health states/);
    await expect(report('i-0', 'Unhealthy')).rejects.toThrow(/No managed instance found/);
  });

  it('terminates an instance on request, with or without a replacement', async () => {
    await create({ DesiredCapacity: 2 });
    const [first, second] = await whenServing(2);
    const end = (InstanceId: string | undefined, ShouldDecrementDesiredCapacity: boolean) =>
      test.clients.autoscaling.send(
        new TerminateInstanceInAutoScalingGroupCommand({
          InstanceId,
          ShouldDecrementDesiredCapacity,
        }),
      );
    const { Activity } = await end(first, true);
    expect(Activity?.Description).toBe(`Terminating EC2 instance: ${first}`);
    await eventually(async () => (await serving()).join() === second);
    expect((await group())?.DesiredCapacity).toBe(1);
    await end(second, false);
    await eventually(async () => {
      const now = await serving();
      return now.length === 1 && now[0] !== second;
    });
    await expect(end('i-0', false)).rejects.toThrow(/No managed instance found/);
  });

  it('says why a launch failed and tries again after a pause', async () => {
    await create({ DesiredCapacity: 13, MaxSize: 13, VPCZoneIdentifier: tiny });
    await whenServing(11); // a /28 has eleven addresses
    const failed = await eventually(async () => {
      const found = (await activities()).filter((each) => each.StatusCode === 'Failed');
      return found.length >= 4 && found;
    });
    expect(failed[0]?.StatusMessage).toMatch(
      /does not have enough free addresses.*Launching EC2 instance failed/,
    );
    expect(failed.length).toBeLessThan(40);
  });

  it.each([
    ['no launch template', { LaunchTemplate: undefined }],
    ['an unknown launch template', { LaunchTemplate: { LaunchTemplateName: 'none' } }],
    ['an unknown subnet', { VPCZoneIdentifier: 'subnet-0' }],
    ['a minimum above its maximum', { MinSize: 3, MaxSize: 2 }],
    ['a desired capacity outside its bounds', { DesiredCapacity: 9 }],
  ])('is refused with %s', async (_, given) => {
    await expect(create(given)).rejects.toMatchObject({ name: 'ValidationError' });
  });
});

describe('a launching hook', () => {
  it('holds instances until it completes, and only then are they powered on', async () => {
    await create({ DesiredCapacity: 1, LifecycleHookSpecificationList: [LAUNCH] });
    const instanceId = await whenWaiting();
    const by = { AutoScalingGroupName, LifecycleHookName: 'launch', InstanceId: instanceId };
    pass(75);
    await test.clients.autoscaling.send(new RecordLifecycleActionHeartbeatCommand(by));
    pass(75);
    // One and a half heartbeat timeouts after the launch, three quarters of one after the heartbeat.
    expect(await stateOf(instanceId)).toBe('Pending:Wait');
    expect(test.poweredOn).not.toContain(instanceId);
    await complete(instanceId, 'CONTINUE');
    await whenServing(1);
    expect(test.poweredOn).toContain(instanceId);
    await expect(complete(instanceId, 'CONTINUE')).rejects.toThrow(/No active Lifecycle Action/);
  });

  it('terminates the instance when it is abandoned, says so, and the group launches another', async () => {
    await create({ DesiredCapacity: 1, LifecycleHookSpecificationList: [LAUNCH] });
    const first = await whenWaiting();
    await complete(first, 'ABANDON');
    const second = await eventually(async () => {
      const found = await waiting();
      return found !== first && found;
    });
    expect(test.poweredOn).not.toContain(first);
    const cancelled = (await activities()).find((each) => each.StatusCode === 'Cancelled');
    expect(cancelled?.StatusMessage).toMatch(
      /was abandoned: Lifecycle Action Completed with ABANDON/,
    );
    await complete(second, 'CONTINUE');
    await whenServing(1);
  });

  it('takes its default result at its heartbeat timeout when nobody completes it', async () => {
    await create({ DesiredCapacity: 1, LifecycleHookSpecificationList: [LAUNCH] });
    await whenWaiting();
    pass(100);
    await eventually(async () =>
      (await activities()).some((each) => each.StatusMessage?.includes('Heartbeat Timeout')),
    );
  });

  it('is dropped with an instance that somebody else terminated', async () => {
    await create({ DesiredCapacity: 1, LifecycleHookSpecificationList: [LAUNCH] });
    const first = await whenWaiting();
    await test.clients.ec2.send(new TerminateInstancesCommand({ InstanceIds: [first] }));
    await eventually(async () => {
      const found = await waiting();
      return found !== first && found;
    });
    await expect(complete(first, 'CONTINUE')).rejects.toThrow(/No active Lifecycle Action/);
  });

  it('can be put, described and deleted', async () => {
    await create({ DesiredCapacity: 0 });
    const { autoscaling } = test.clients;
    const hook = { AutoScalingGroupName, ...LAUNCH, DefaultResult: 'CONTINUE' };
    await autoscaling.send(new PutLifecycleHookCommand(hook));
    const described = new DescribeLifecycleHooksCommand({ AutoScalingGroupName });
    expect((await autoscaling.send(described)).LifecycleHooks).toMatchObject([hook]);
    const gone = { AutoScalingGroupName, LifecycleHookName: 'launch' };
    await autoscaling.send(new DeleteLifecycleHookCommand(gone));
    expect((await autoscaling.send(described)).LifecycleHooks).toEqual([]);
  });
});

it('served every call', () => {
  expect(test.aws.gateway.failures()).toEqual([]);
  expect(test.aws.problems()).toEqual([]);
});

type CreateInput = Partial<ConstructorParameters<typeof CreateAutoScalingGroupCommand>[0]>;

function create(given: CreateInput) {
  return test.clients.autoscaling.send(
    new CreateAutoScalingGroupCommand({
      AutoScalingGroupName,
      MinSize: 0,
      MaxSize: 3,
      VPCZoneIdentifier: subnets.join(','),
      LaunchTemplate: { LaunchTemplateName: 'node' },
      ...given,
    }),
  );
}

function setDesired(DesiredCapacity: number) {
  const set = { AutoScalingGroupName, DesiredCapacity };
  return test.clients.autoscaling.send(new SetDesiredCapacityCommand(set));
}

function complete(InstanceId: string, LifecycleActionResult: string) {
  return test.clients.autoscaling.send(
    new CompleteLifecycleActionCommand({
      AutoScalingGroupName,
      LifecycleHookName: 'launch',
      InstanceId,
      LifecycleActionResult,
    }),
  );
}

async function group() {
  const named = { AutoScalingGroupNames: [AutoScalingGroupName] };
  const found = await test.clients.autoscaling.send(new DescribeAutoScalingGroupsCommand(named));
  return found.AutoScalingGroups?.[0];
}

async function activities() {
  const named = { AutoScalingGroupName };
  const found = await test.clients.autoscaling.send(new DescribeScalingActivitiesCommand(named));
  return found.Activities ?? [];
}

async function stateOf(InstanceId: string) {
  const ids = { InstanceIds: [InstanceId] };
  const found = await test.clients.autoscaling.send(new DescribeAutoScalingInstancesCommand(ids));
  return found.AutoScalingInstances?.[0]?.LifecycleState;
}

async function waiting(): Promise<string | undefined> {
  const instances = (await group())?.Instances ?? [];
  return instances.find((each) => each.LifecycleState === 'Pending:Wait')?.InstanceId;
}

function whenWaiting(): Promise<string> {
  return eventually(waiting);
}

async function serving(): Promise<readonly string[]> {
  const instances = (await group())?.Instances ?? [];
  const inService = instances.filter((each) => each.LifecycleState === 'InService');
  return inService.map((each) => each.InstanceId ?? '');
}

function whenServing(count: number): Promise<readonly string[]> {
  return eventually(async () => {
    const found = await serving();
    return found.length === count && found;
  });
}
