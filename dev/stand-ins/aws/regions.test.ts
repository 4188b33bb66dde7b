import { expect, it } from 'vitest';
import type { AwsCall } from './gateway/aws-call.ts';
import type { RegionalServices } from './region.ts';
import { createRegions, lambdaAnswer, observeIn, regionalServices } from './regions.ts';

const calls: string[] = [];
const say = (text: string) => async () => {
  calls.push(text);
  return { status: 200, body: text };
};

/** Services that only return the name of their region. */
function fakeRegion(name: string): RegionalServices {
  return {
    autoscaling: {
      service: { name: 'autoscaling', handle: say(`${name} autoscaling`) },
      inspect: say(`${name} inspect`),
    },
    eks: { service: { name: 'eks', handle: say(`${name} eks`) } },
    lambda: { answer: say(`${name} invoke`), observe: () => calls.push(`${name} observe`) },
  } as unknown as RegionalServices;
}

const call = (service: string, region: string) => ({ service, region }) as AwsCall;

it('starts each region once, when it is first used', async () => {
  const regions = createRegions(fakeRegion);
  expect(regions.names()).toEqual([]);
  expect(regions.in('eu-central-1')).toBe(regions.in('eu-central-1'));
  expect(regions.names()).toEqual(['eu-central-1']);
});

it('passes each call to the region that it was signed for', async () => {
  calls.length = 0;
  const regions = createRegions(fakeRegion);
  const services = new Map(regionalServices(regions).map((one) => [one.name, one]));
  await services.get('eks')?.handle(call('eks', 'eu-central-1'));
  await services.get('autoscaling')?.handle(call('autoscaling', 'ap-northeast-2'));
  await lambdaAnswer(regions)(call('lambda', 'eu-central-1'));
  expect(await lambdaAnswer(regions)(call('ec2', 'eu-central-1'))).toBeUndefined();
  const observe = observeIn(regions, () => {});
  observe('lambda', 'CreateFunction', call('lambda', 'ap-northeast-2'));
  observe('ec2', 'TerminateInstances', call('ec2', 'eu-central-1'));
  observe('ec2', 'RunInstances', call('ec2', 'us-east-1'));
  expect(calls).toEqual([
    'eu-central-1 eks',
    'ap-northeast-2 autoscaling',
    'eu-central-1 invoke',
    'ap-northeast-2 observe',
    'eu-central-1 inspect',
  ]);
  expect(regions.names()).toEqual(['eu-central-1', 'ap-northeast-2']);
});
