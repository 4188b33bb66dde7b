import {
  CreateAutoScalingGroupCommand,
  CreateLaunchConfigurationCommand,
} from '@aws-sdk/client-auto-scaling';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Moto } from '../../dev/stand-ins/aws/moto/moto.ts';
import { clientsOf, REGION, startTestMoto } from '../../dev/stand-ins/aws/testing/local-aws.ts';
import { listGroupInstances } from './group-instances.ts';

let moto: Moto;
let autoscaling: ReturnType<typeof clientsOf>['autoscaling'];

beforeAll(async () => {
  moto = (await startTestMoto()).moto;
  autoscaling = clientsOf(moto.url).autoscaling;
  const LaunchConfigurationName = 'nodes';
  const launch = { LaunchConfigurationName, ImageId: 'ami-12345678', InstanceType: 'm5.large' };
  await autoscaling.send(new CreateLaunchConfigurationCommand(launch));
  for (const [name, size] of Object.entries({ one: 1, three: 3, none: 0 })) {
    await autoscaling.send(
      new CreateAutoScalingGroupCommand({
        AutoScalingGroupName: name,
        LaunchConfigurationName,
        MinSize: size,
        MaxSize: 3,
        AvailabilityZones: [`${REGION}a`],
      }),
    );
  }
});
afterAll(() => moto?.stop());

it('lists the instances of the given groups only', async () => {
  const found = await listGroupInstances(autoscaling, ['one', 'none', 'lost']);
  expect(found).toEqual([
    { id: expect.stringMatching(/^i-/), group: 'one', lifecycleState: 'InService' },
  ]);
  expect(await listGroupInstances(autoscaling, ['three'])).toHaveLength(3);
  expect(await listGroupInstances(autoscaling, [])).toEqual([]);
});
