import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { S3Client } from '@aws-sdk/client-s3';
import { strToU8, zipSync } from 'fflate';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { AwsCall } from '../gateway/aws-call.ts';
import { createDeployments } from './deployments.ts';

const FUNCTIONS = '/2015-03-31/functions';
const zip = (text: string) => zipSync({ 'index.mjs': strToU8(text) });
const inline = (text: string) => ({ ZipFile: Buffer.from(zip(text)).toString('base64') });
const call = (method: string, path: string, body: object = {}) =>
  ({ method, path: `${FUNCTIONS}${path}`, body: Buffer.from(JSON.stringify(body)) }) as AwsCall;
const create = (Code: object) => call('POST', '', { FunctionName: 'f', Code });

/** An S3 with one object that arrives only after `arrive`. */
function slowS3(text: string) {
  const { promise, resolve } = Promise.withResolvers<void>();
  const Body = { transformToByteArray: async () => zip(text) };
  return {
    s3: { send: () => promise.then(() => ({ Body })) } as unknown as S3Client,
    arrive: resolve,
  };
}

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'deployments-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

it('new code is used from its update on, even while the old code is still being fetched', async () => {
  const { s3, arrive } = slowS3('old');
  const { observe, find } = createDeployments(s3, folder);
  observe(create({ S3Bucket: 'b', S3Key: 'k' }));
  observe(call('PUT', '/f/code', inline('new')));
  const found = find('f');
  arrive();
  const { folder: at, logGroup } = await found;
  expect(readFileSync(join(at, 'index.mjs'), 'utf8')).toBe('new');
  expect(logGroup).toBe('/aws/lambda/f');
});

it('the code of a deleted function is removed once it has been fetched, and that of its successor stays', async () => {
  const { s3, arrive } = slowS3('old');
  const { observe, find } = createDeployments(s3, folder);
  observe(create({ S3Bucket: 'b', S3Key: 'k' }));
  const old = find('f');
  observe(call('DELETE', '/f'));
  observe(create(inline('new')));
  const { folder: at } = await find('f');
  arrive();
  const { folder: gone } = await old;
  await vi.waitUntil(() => !existsSync(gone), { timeout: 20_000 });
  expect(readFileSync(join(at, 'index.mjs'), 'utf8')).toBe('new');
});
