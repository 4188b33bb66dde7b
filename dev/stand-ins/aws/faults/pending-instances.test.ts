import { expect, it } from 'vitest';
import { type AwsCall, readCall } from '../gateway/aws-call.ts';
import { pendingInstances } from './pending-instances.ts';

function call(action: string, accessKey = 'ASIAOFTHEHOOK'): AwsCall {
  const scope = `${accessKey}/20260101/ap-northeast-2/ec2/aws4_request`;
  const headers = {
    authorization: `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host, Signature=0`,
    'content-type': 'application/x-www-form-urlencoded',
  };
  const body = `Action=${action}&InstanceId=i-1&NetworkInterfaceId=eni-1`;
  return readCall('POST', '/', headers, Buffer.from(body));
}

let now = 0;
const launchedAt = async (id: string) => (id === 'i-1' ? 0 : undefined);
const answer = pendingInstances(5_000, launchedAt, () => now);

it('refuses interfaces for an instance that has just been launched, and takes them later', async () => {
  now = 4_999;
  expect(await answer(call('AttachNetworkInterface'))).toMatchObject({
    status: 400,
    body: expect.stringContaining('<Code>IncorrectState</Code>'),
  });
  now = 5_000;
  expect(await answer(call('AttachNetworkInterface'))).toBeUndefined();
});

it('concerns no other call, not the calls of the stand-in, and nothing when it is off', async () => {
  now = 1;
  expect(await answer(call('DescribeInstances'))).toBeUndefined();
  expect(await answer(call('AttachNetworkInterface', 'AKIAREHEARSALSERVICE'))).toBeUndefined();
  const off = pendingInstances(0, launchedAt, () => now);
  expect(await off(call('AttachNetworkInterface'))).toBeUndefined();
});
