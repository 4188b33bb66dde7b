import { createHash, randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { CreateVpcCommand, DescribeVpcsCommand } from '@aws-sdk/client-ec2';
import {
  CreateBucketCommand,
  GetObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Disturbance } from '../faults/disturbance.ts';
import { throttled } from '../faults/fault-answers.ts';
import type { Moto } from '../moto/moto.ts';
import { type Clients, clientsOf, REGION, startTestMoto } from '../testing/local-aws.ts';
import { type Gateway, startGateway } from './gateway.ts';

let moto: Moto;
let gateway: Gateway;
let clients: Clients;
let log: string;
const changes: string[] = [];

beforeAll(async () => {
  const started = await startTestMoto();
  moto = started.moto;
  log = join(started.folder, 'aws-requests.jsonl');
  gateway = await startGateway({ port: 0, motoUrl: moto.url, services: [], log });
  gateway.onMutation((service, action) => changes.push(`${service} ${action}`));
  clients = clientsOf(gateway.url);
});

afterAll(async () => {
  await gateway?.stop();
  await moto?.stop();
});

it('passes objects through unchanged in both directions, streamed or not', async () => {
  const { s3 } = clients;
  const Bucket = 'objects';
  const CreateBucketConfiguration = { LocationConstraint: REGION } as const;
  await s3.send(new CreateBucketCommand({ Bucket, CreateBucketConfiguration }));
  const content = randomBytes(3_000_000);
  await s3.send(new PutObjectCommand({ Bucket, Key: 'whole', Body: content }));
  const pieces = Readable.from([content.subarray(0, 1_000_001), content.subarray(1_000_001)]);
  await s3.send(
    new PutObjectCommand({
      Bucket,
      Key: 'streamed',
      Body: pieces,
      ContentLength: content.length,
      ChecksumAlgorithm: 'SHA256',
    }),
  );
  for (const Key of ['whole', 'streamed']) {
    const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key }));
    expect(digest(await Body?.transformToByteArray())).toBe(digest(content));
  }
  await expect(s3.send(new HeadObjectCommand({ Bucket, Key: 'none' }))).rejects.toMatchObject({
    name: 'NotFound',
  });
  expect(changes).toEqual([
    's3 PUT /objects/',
    's3 PUT /objects/whole',
    's3 PUT /objects/streamed',
  ]);
});

it('keeps idle connections open, so that none closes under a new call', async () => {
  const body = 'Action=DescribeVpcs&Version=2016-11-15';
  const answer = await fetch(gateway.url, { method: 'POST', headers: signedFor('ec2'), body });
  expect(answer.headers.get('connection')).toBe('keep-alive');
  expect(answer.headers.get('keep-alive')).toBeNull();
});

it('names the calls that moto cannot serve, and records them', async () => {
  expect(gateway.failures()).toEqual([]);
  const headers = signedFor('eks');
  const answer = await fetch(`${gateway.url}/clusters/a/insights`, { method: 'POST', headers });
  expect(answer.headers.get('x-amzn-errortype')).toBe('InternalFailure');
  expect(gateway.failures()).toMatchObject([
    { service: 'eks', action: 'POST /clusters/a/insights', accessKey: 'AKIA1' },
  ]);
});

it('disturbs calls before they are served, or after, instead of the response', async () => {
  const due: Disturbance[] = ['reset', throttled('ec2'), 'lost-answer', throttled('s3')];
  const disturb = () => due.shift();
  const other = await startGateway({ port: 0, motoUrl: moto.url, services: [], disturb });
  const { ec2, s3 } = clientsOf(other.url);
  const countVpcs = async () => (await clients.ec2.send(new DescribeVpcsCommand({}))).Vpcs?.length;
  const before = (await countVpcs()) ?? 0;
  const create = () => ec2.send(new CreateVpcCommand({ CidrBlock: '10.9.0.0/16' }));
  await expect(create()).rejects.toMatchObject({ code: 'ECONNRESET' });
  await expect(create()).rejects.toMatchObject({ name: 'RequestLimitExceeded' });
  expect(await countVpcs()).toBe(before);
  await expect(create()).rejects.toMatchObject({ code: 'ECONNRESET' });
  expect(await countVpcs()).toBe(before + 1);
  const put = () =>
    s3.send(new PutObjectCommand({ Bucket: 'objects', Key: 'late', Body: randomBytes(300_000) }));
  await expect(put()).rejects.toMatchObject({ name: 'SlowDown' });
  await put();
  expect(other.calls().map(({ status, disturbed }) => [status, disturbed ?? false])).toEqual([
    [0, true],
    [503, true],
    [200, true],
    [503, true],
    [200, false],
  ]);
  await other.stop();
});

it('writes each call to its log', async () => {
  await clients.ec2.send(new DescribeVpcsCommand({}));
  const last = gateway.calls().at(-1);
  expect(last).toMatchObject({ service: 'ec2', action: 'DescribeVpcs', status: 200 });
  await gateway.stop();
  const lines = (await readFile(log, 'utf8')).trim().split('\n');
  expect(lines.map((line) => JSON.parse(line))).toEqual(gateway.calls());
});

function signedFor(service: string) {
  const scope = `20260101/${REGION}/${service}/aws4_request`;
  const authorization = `AWS4-HMAC-SHA256 Credential=AKIA1/${scope}, SignedHeaders=host, Signature=0`;
  return { authorization, 'content-type': 'application/x-www-form-urlencoded' };
}

function digest(content: Uint8Array | undefined): string {
  return createHash('sha256')
    .update(content ?? '')
    .digest('hex');
}
