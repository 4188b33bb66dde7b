import { describe, expect, it } from 'vitest';
import { errorAnswer, isMutation, isStreamed, readCall } from './aws-call.ts';
import { ServiceError } from './query-protocol.ts';

const scope = (service: string) => ({
  authorization: `AWS4-HMAC-SHA256 Credential=AKIA1/20260101/ap-northeast-2/${service}/aws4_request, SignedHeaders=host, Signature=0`,
});
const form = { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' };
const none = Buffer.alloc(0);

describe('readCall', () => {
  it('reads Query, JSON and REST calls', () => {
    const query = readCall(
      'POST',
      '/',
      { ...scope('ec2'), ...form },
      Buffer.from('Action=CreateVpc'),
    );
    expect(query).toMatchObject({
      service: 'ec2',
      action: 'CreateVpc',
      region: 'ap-northeast-2',
      accessKey: 'AKIA1',
      presigned: false,
    });
    const json = { ...scope('eventbridge'), 'x-amz-target': 'AWSEvents.PutRule' };
    expect(readCall('POST', '/', json, none)).toMatchObject({
      service: 'events',
      action: 'PutRule',
    });
    expect(readCall('GET', '/clusters/a?x=1', scope('eks'), none)).toMatchObject({
      service: 'eks',
      action: 'GET /clusters/a',
      path: '/clusters/a',
    });
  });

  it('reads unsigned and presigned STS calls', () => {
    const body = Buffer.from('Action=AssumeRoleWithWebIdentity');
    expect(readCall('POST', '/', form, body)).toMatchObject({
      service: 'sts',
      accessKey: undefined,
    });
    const credential = encodeURIComponent('ASIA1/20260101/ap-northeast-2/sts/aws4_request');
    const target = `/?Action=GetCallerIdentity&X-Amz-Credential=${credential}`;
    expect(readCall('GET', target, {}, none)).toMatchObject({
      service: 'sts',
      action: 'GetCallerIdentity',
      accessKey: 'ASIA1',
      presigned: true,
    });
  });

  it('takes a request without a service for an S3 request', () => {
    expect(readCall('GET', '/bucket/key', {}, none).service).toBe('s3');
  });
});

it('streams requests to S3 and no others', () => {
  expect(isStreamed('/bucket/key', scope('s3'))).toBe(true);
  expect(isStreamed('/bucket/key', {})).toBe(true);
  expect(isStreamed('/', scope('ec2'))).toBe(false);
  expect(isStreamed('/', form)).toBe(false);
});

it.each([
  ['ec2', 'CreateVpc', 'POST', true],
  ['ec2', 'DescribeVpcs', 'POST', false],
  ['sts', 'AssumeRole', 'POST', false],
  ['eks', 'POST /clusters', 'POST', true],
  ['eks', 'GET /clusters', 'GET', false],
] as const)('%s %s by %s changes something: %s', (service, action, method, expected) => {
  expect(isMutation({ service, action, method })).toBe(expected);
});

it('writes errors in the form of each service', () => {
  const error = new ServiceError('AccessDenied', 'no & never', 403);
  expect(errorAnswer('eks', error)).toMatchObject({
    status: 403,
    headers: { 'x-amzn-errortype': 'AccessDenied' },
  });
  expect(errorAnswer('ec2', error).body).toContain('<Response><Errors><Error><Code>AccessDenied');
  expect(errorAnswer('s3', error).body).toMatch(/^<Error><Code>AccessDenied.*no &amp; never/);
  expect(errorAnswer('iam', error).body).toContain('<ErrorResponse');
});
