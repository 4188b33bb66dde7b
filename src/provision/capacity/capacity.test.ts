import fc from 'fast-check';
import { expect, it } from 'vitest';
import { LAB_INPUTS } from '../../../dev/testing/samples/lab-inputs.ts';
import { readProvisionInputs } from '../inputs.ts';
import { workingStack } from '../preflight/testing/good-account.ts';
import { ASKED_CAPACITIES, INSTEAD_OF_SPOT } from './capacity.ts';
import { saysNoSpotCapacity, withFallenBack } from './fall-back.ts';

const inputsOf = (groups: string) => {
  const texts: Record<string, string> = { ...LAB_INPUTS, 'node-groups': groups };
  return readProvisionInputs((name) => texts[name] ?? '');
};

it('is on demand unless asked otherwise, and refuses what EC2 does not sell', () => {
  const [group] = inputsOf('[{ name: ng1, zone: ap-northeast-2a }]').nodeGroups;
  expect(group?.capacity).toBe('on-demand');
  for (const bad of ['SPOT', INSTEAD_OF_SPOT, 'reserved']) {
    expect(() => inputsOf(`[{ name: ng1, zone: ap-northeast-2a, capacity: ${bad} }]`)).toThrow(
      /node-groups.*capacity.*on-demand or spot/,
    );
  }
});

it('stays on demand after it fell back, for as long as it asks for spot, and only then', () => {
  const asked = fc.constantFrom(...ASKED_CAPACITIES);
  const present = fc.constantFrom(undefined, ...ASKED_CAPACITIES, INSTEAD_OF_SPOT);
  fc.assert(
    fc.property(asked, present, (capacity, before) => {
      const inputs = inputsOf(`[{ name: ng1, zone: ap-northeast-2a, capacity: ${capacity} }]`);
      const parameters: Record<string, string> = before === undefined ? {} : { Capacity: before };
      const stacks = [workingStack('eks-multus-cluster-ng1', { parameters })];
      const result = withFallenBack(inputs, stacks);
      const stays = capacity === 'spot' && before === INSTEAD_OF_SPOT;
      expect(result.nodeGroups[0]?.capacity).toBe(stays ? INSTEAD_OF_SPOT : capacity);
      expect(withFallenBack(result, stacks)).toEqual(result);
    }),
  );
});

it.each([
  'Could not launch Spot Instances. InsufficientInstanceCapacity - There is no Spot capacity available that matches your request. Launching EC2 instance failed.',
  'There is no Spot capacity available that matches your request. Launching EC2 instance failed.',
  'Could not launch Spot Instances. UnfulfillableCapacity - Unable to fulfill capacity due to your request configuration. Please adjust your request and try again. Launching EC2 instance failed.',
  'Max spot instance count exceeded. Launching EC2 instance failed.',
  'Could not launch Spot Instances. MaxSpotInstanceCountExceeded - Max spot instance count exceeded. Launching EC2 instance failed.',
])('sees a lack of spot capacity: %s', (message) => {
  expect(saysNoSpotCapacity(message)).toBe(true);
});

it.each([
  'You have requested more vCPU capacity than your current vCPU limit of 5 allows for the instance bucket that the specified instance type belongs to. Launching EC2 instance failed.',
  "Instance failed to complete user's Lifecycle Action: Lifecycle Action with token 1 was abandoned: Heartbeat Timeout",
  'Not enough free addresses in subnet. Launching EC2 instance failed.',
  '',
])('sees none in: %s', (message) => {
  expect(saysNoSpotCapacity(message)).toBe(false);
});
