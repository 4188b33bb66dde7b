import {
  CreateAutoScalingGroupCommand,
  CreateLaunchConfigurationCommand,
} from '@aws-sdk/client-auto-scaling';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Moto } from '../../dev/stand-ins/aws/moto/moto.ts';
import { clientsOf, REGION, startTestMoto } from '../../dev/stand-ins/aws/testing/local-aws.ts';
import { fakeClock } from '../../dev/testing/fakes/fake-clock.ts';
import { listGroupInstances } from './group-instances.ts';
import type { Caller } from './signed-call.ts';

const caller: Caller = {
  region: REGION,
  credentials: async () => ({ accessKeyId: 'AKIA1', secretAccessKey: 'secret' }),
  userAgent: 'eks-multus-actions run/7',
  clock: fakeClock(),
};

let moto: Moto;

beforeAll(async () => {
  moto = (await startTestMoto()).moto;
  process.env['AWS_ENDPOINT_URL_AUTO_SCALING'] = moto.url;
  const { autoscaling } = clientsOf(moto.url);
  const LaunchConfigurationName = 'nodes';
  const launch = { LaunchConfigurationName, ImageId: 'ami-12345678', InstanceType: 'm5.large' };
  await autoscaling.send(new CreateLaunchConfigurationCommand(launch));
  for (const [name, size] of Object.entries({ one: 1, three: 3, none: 0 })) {
    await autoscaling.send(
      new CreateAutoScalingGroupCommand({
        ...{ AutoScalingGroupName: name, LaunchConfigurationName, MinSize: size, MaxSize: 3 },
        AvailabilityZones: [`${REGION}a`],
      }),
    );
  }
});
afterAll(async () => {
  delete process.env['AWS_ENDPOINT_URL_AUTO_SCALING'];
  await moto?.stop();
});

it('tells the instances of the groups that are asked for, and of no others', async () => {
  const found = await listGroupInstances(caller, ['one', 'none', 'lost']);
  expect(found).toEqual([
    { id: expect.stringMatching(/^i-/), group: 'one', lifecycleState: 'InService' },
  ]);
  expect(await listGroupInstances(caller, ['three'])).toHaveLength(3);
  expect(await listGroupInstances(caller, [])).toEqual([]);
});
