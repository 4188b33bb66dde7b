import { expect, it } from 'vitest';
import { type AwsCall, readCall } from '../gateway/aws-call.ts';
import { spotCapacity } from './capacity.ts';

function launch(fields: Readonly<Record<string, string>>, action = 'RunInstances'): AwsCall {
  const scope = 'AKIAREHEARSALSERVICE/20260101/ap-northeast-2/ec2/aws4_request';
  const headers = {
    authorization: `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host, Signature=0`,
    'content-type': 'application/x-www-form-urlencoded',
  };
  const body = new URLSearchParams({ Action: action, ...fields }).toString();
  return readCall('POST', '/', headers, Buffer.from(body));
}

const asksForSpot = async (id: string, version: string) => id === 'lt-spot' && version === '2';
const spot = launch({
  'LaunchTemplate.LaunchTemplateId': 'lt-spot',
  'LaunchTemplate.Version': '2',
});

it('launches as many spot instances as there are, and refuses more', async () => {
  const answer = spotCapacity(2, asksForSpot);
  expect(await answer(spot)).toBeUndefined();
  expect(await answer(launch({ 'InstanceMarketOptions.MarketType': 'spot' }))).toBeUndefined();
  expect(await answer(spot)).toMatchObject({
    status: 500,
    body: expect.stringContaining('<Code>InsufficientInstanceCapacity</Code>'),
  });
});

it('concerns neither on-demand instances nor other calls', async () => {
  const answer = spotCapacity(0, asksForSpot);
  const onDemand = {
    'LaunchTemplate.LaunchTemplateId': 'lt-spot',
    'LaunchTemplate.Version': '1',
  };
  expect(await answer(launch(onDemand))).toBeUndefined();
  expect(await answer(launch({ InstanceType: 'm5.large' }))).toBeUndefined();
  expect(await answer(launch({}, 'DescribeInstances'))).toBeUndefined();
});
