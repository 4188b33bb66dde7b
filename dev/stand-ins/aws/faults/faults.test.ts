import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../tools/seeded-random.ts';
import { type AwsCall, readCall } from '../gateway/aws-call.ts';
import { createFaults } from './faults.ts';
import { createSessions } from './sessions.ts';
import { ALL_OFF, type Switches } from './switches.ts';

function call(service: string, action: string, accessKey = 'ASIAOFTHEJOB'): AwsCall {
  const scope = `${accessKey}/20260101/ap-northeast-2/${service}/aws4_request`;
  const headers = {
    authorization: `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host, Signature=0`,
    'content-type': 'application/x-www-form-urlencoded',
  };
  return readCall('POST', '/', headers, Buffer.from(`Action=${action}`));
}

function faultsWith(switches: Partial<Switches>, sessions = createSessions()) {
  const all = { ...ALL_OFF, ...switches };
  return createFaults(all, sessions, seededRandom(all.seed));
}

const describeStacks = call('cloudformation', 'DescribeStacks');

describe('faults', () => {
  it('are off by default', () => {
    const { disturb, counts } = faultsWith({});
    expect(disturb(describeStacks)).toBeUndefined();
    expect(counts()).toMatchObject({ calls: 1, throttle: 0 });
  });

  it('have the requested rates, and repeat with the same seed', () => {
    const switches = { throttle: 0.2, serverErrors: 0.05, resets: 0.05, seed: 7 };
    const [one, other] = [faultsWith(switches), faultsWith(switches)];
    const results = Array.from({ length: 4000 }, () => one.disturb(describeStacks));
    const again = Array.from({ length: 4000 }, () => other.disturb(describeStacks));
    const shape = (all: typeof results) => all.map((each) => (each as { status?: number })?.status);
    expect(shape(again)).toEqual(shape(results));
    const { calls, throttle, reset, ...rest } = one.counts();
    expect(throttle / calls).toBeCloseTo(0.2, 1);
    expect(reset / calls).toBeCloseTo(0.05, 1);
    expect(rest['server-error'] / calls).toBeCloseTo(0.05, 1);
  });

  it('spare the calls of the stand-in itself', () => {
    const { disturb, counts } = faultsWith({ throttle: 1 });
    expect(disturb(call('ec2', 'CreateVpc', 'AKIACLOUDFORMATION00'))).toBeUndefined();
    expect(disturb(call('ec2', 'CreateVpc', 'AKIAREHEARSALSERVICE'))).toBeUndefined();
    expect(counts().calls).toBe(0);
  });

  it.each([
    ['cloudformation', 'Throttling', 400],
    ['ec2', 'RequestLimitExceeded', 503],
    ['eks', 'ThrottlingException', 429],
  ])('throttle %s with its own error', (service, code, status) => {
    expect(faultsWith({ throttle: 1 }).disturb(call(service, 'X'))).toMatchObject({
      status,
      body: expect.stringContaining(code),
    });
  });

  it('deny one action and no other', () => {
    const { disturb } = faultsWith({ deny: ['cloudformation:Describe*'] });
    expect(disturb(describeStacks)).toMatchObject({
      status: 403,
      body: expect.stringContaining('not authorized to perform: cloudformation:DescribeStacks'),
    });
    expect(disturb(call('cloudformation', 'DeleteStack'))).toBeUndefined();
  });

  it('end one session for good and spare the next one', () => {
    const { disturb, counts } = faultsWith({ expireAfter: 2 });
    expect(disturb(describeStacks)).toBeUndefined();
    expect(disturb(describeStacks)).toMatchObject({
      status: 403,
      body: expect.stringContaining('<Code>ExpiredToken</Code>'),
    });
    expect(disturb(call('s3', 'X'))).toMatchObject({ status: 400 });
    expect(disturb(call('s3', 'X', 'ASIATHENEXT'))).toBeUndefined();
    expect(counts().expired).toBe(2);
  });
});

it('sessions end at their scaled expiration', () => {
  let now = Date.UTC(2026, 0, 1);
  const sessions = createSessions(0.01, () => now);
  const body = '<AccessKeyId>ASIAONE</AccessKeyId><Expiration>2026-01-01T00:15:00Z</Expiration>';
  expect(sessions.begin({ status: 200, body }, 900).body).toContain(
    '<Expiration>2026-01-01T00:00:09.000Z</Expiration>',
  );
  const { disturb } = faultsWith({}, sessions);
  expect(disturb(call('s3', 'X', 'ASIAONE'))).toBeUndefined();
  now += 9_000;
  expect(disturb(call('s3', 'X', 'ASIAONE'))).toMatchObject({ status: 400 });
  expect(sessions.begun()).toBe(1);
});
