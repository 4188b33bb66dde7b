import {
  CreateBucketCommand,
  DeleteBucketCommand,
  GetBucketEncryptionCommand,
  GetBucketLocationCommand,
  GetBucketPolicyCommand,
  GetBucketTaggingCommand,
  GetBucketVersioningCommand,
  GetObjectCommand,
  GetPublicAccessBlockCommand,
  HeadBucketCommand,
  PutBucketTaggingCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestMoto } from '../../dev/stand-ins/aws/testing/local-aws.ts';
import { fakeClock } from '../../dev/testing/fakes/fake-clock.ts';
import { recordingLog } from '../../dev/testing/fakes/recording-log.ts';
import { s3Staging } from './staging.ts';
import { defaultBucketName, ensureBucket } from './staging-bucket.ts';

const accountId = '123456789012';
const credentials = { accessKeyId: 'AKIAEXAMPLE', secretAccessKey: 'secret' };
const clock = fakeClock();
const log = recordingLog();
const waiting = { clock, log };
/** No test waits until then. */
const LATER = Number.POSITIVE_INFINITY;
const content = new TextEncoder().encode('Resources: {}');

let moto: Awaited<ReturnType<typeof startTestMoto>>['moto'];
let s3: S3Client;

beforeAll(async () => {
  ({ moto } = await startTestMoto());
  s3 = client('ap-northeast-2');
});
afterAll(() => moto.stop());

function client(region: string) {
  return new S3Client({ endpoint: moto.url, region, credentials, maxAttempts: 1 });
}

async function setVersioning(Bucket: string, Status: 'Enabled' | 'Suspended', from = s3) {
  await from.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status } }));
}

const bucketIn = (region: string, name = defaultBucketName(accountId, region)) => ({
  name,
  region,
  accountId,
});

describe('ensureBucket', () => {
  it('creates a bucket that is private, encrypted, versioned and TLS only', async () => {
    const bucket = bucketIn('ap-northeast-2');
    await ensureBucket(s3, bucket);
    const Bucket = bucket.name;
    const block = await s3.send(new GetPublicAccessBlockCommand({ Bucket }));
    expect(Object.values(block.PublicAccessBlockConfiguration ?? {})).toEqual([
      true,
      true,
      true,
      true,
    ]);
    const encryption = await s3.send(new GetBucketEncryptionCommand({ Bucket }));
    expect(JSON.stringify(encryption.ServerSideEncryptionConfiguration)).toContain('AES256');
    expect((await s3.send(new GetBucketVersioningCommand({ Bucket }))).Status).toBe('Enabled');
    const { Policy = '{}' } = await s3.send(new GetBucketPolicyCommand({ Bucket }));
    expect(JSON.parse(Policy).Statement).toMatchObject([
      { Effect: 'Deny', Principal: '*', Condition: { Bool: { 'aws:SecureTransport': 'false' } } },
    ]);
    const location = await s3.send(new GetBucketLocationCommand({ Bucket }));
    expect(location.LocationConstraint).toBe('ap-northeast-2');
  });

  it('may be run again, and knows the region without a location constraint', async () => {
    await ensureBucket(s3, bucketIn('ap-northeast-2'));
    await ensureBucket(client('us-east-1'), bucketIn('us-east-1'));
    await ensureBucket(client('us-east-1'), bucketIn('us-east-1'));
  });

  it('finishes what an earlier run started', async () => {
    const bucket = bucketIn('ap-northeast-2', 'half-built');
    const Bucket = bucket.name;
    const elsewhere = { LocationConstraint: 'ap-northeast-2' } as const;
    await s3.send(new CreateBucketCommand({ Bucket, CreateBucketConfiguration: elsewhere }));
    const TagSet = [{ Key: 'eks-multus:staging', Value: 'unfinished' }];
    await s3.send(new PutBucketTaggingCommand({ Bucket, Tagging: { TagSet } }));
    await ensureBucket(s3, bucket);
    expect((await s3.send(new GetBucketVersioningCommand({ Bucket }))).Status).toBe('Enabled');
    expect((await s3.send(new GetBucketTaggingCommand({ Bucket }))).TagSet?.[0]?.Value).toBe(
      'ready',
    );
  });

  it('leaves a bucket that belongs to somebody else as it is', async () => {
    const bucket = bucketIn('us-east-1', 'made-by-hand');
    const east = client('us-east-1');
    await east.send(new CreateBucketCommand({ Bucket: bucket.name }));
    await ensureBucket(east, bucket);
    expect(
      (await east.send(new GetBucketVersioningCommand({ Bucket: bucket.name }))).Status,
    ).toBeUndefined();
    const staging = s3Staging(east, waiting);
    await expect(staging.stage(bucket, 'lab/1/a', content, LATER)).rejects.toThrow(
      /made-by-hand: it keeps no versions .*\nNext step: turn versioning on/,
    );
    await setVersioning(bucket.name, 'Enabled', east);
    await staging.stage(bucket, 'lab/1/a', content, LATER);
    expect(await staging.clear(bucket, 'lab')).toEqual({ objects: 2, bucketDeleted: false });
    await east.send(new HeadBucketCommand({ Bucket: bucket.name }));
  });
});

describe('staged objects', () => {
  const bucket = bucketIn('ap-northeast-2', 'staging-test');

  it('are uploaded once', async () => {
    const staging = s3Staging(s3, waiting);
    const first = await staging.stage(bucket, 'lab/1/infra.yaml', content, LATER);
    expect(first.outcome).toBe('uploaded');
    expect(await staging.stage(bucket, 'lab/1/infra.yaml', content, LATER)).toEqual({
      outcome: 'present',
      version: first.version,
    });
    expect(await textOf('lab/1/infra.yaml', first.version)).toBe('Resources: {}');
  });

  it('have one version, however many runs upload them at once', async () => {
    const staging = s3Staging(s3, waiting);
    await ensureBucket(s3, bucket);
    const runs = Array.from({ length: 8 }, () =>
      staging.stage(bucket, 'together/1/attach-enis.zip', content, LATER),
    );
    const staged = await Promise.all(runs);
    expect(new Set(staged.map(({ version }) => version)).size).toBe(1);
    expect(staged.filter(({ outcome }) => outcome === 'uploaded')).toHaveLength(1);
    await staging.clear(bucket, 'together');
  });

  it.each([
    ['another length', 'Resources: { Evil: {} }'],
    ['the same length', 'Resources: []'],
  ])('do not count as present when somebody else has put content of %s there', async (_, evil) => {
    const staging = s3Staging(s3, waiting);
    const Key = 'poisoned/1/attach-enis.zip';
    const put = () => s3.send(new PutObjectCommand({ Bucket: bucket.name, Key, Body: evil }));
    await put();
    const { outcome, version } = await staging.stage(bucket, Key, content, LATER);
    expect(outcome).toBe('uploaded');
    // Whoever comes later replaces the name, not the version.
    await put();
    expect(await textOf(Key)).toBe(evil);
    expect(await textOf(Key, version)).toBe('Resources: {}');
    await staging.clear(bucket, 'poisoned');
  });

  it('are refused while the bucket keeps no versions', async () => {
    const staging = s3Staging(s3, waiting);
    await setVersioning(bucket.name, 'Suspended');
    const staged = staging.stage(bucket, 'paused/1/a', content, LATER);
    await expect(staged).rejects.toThrow(/staging-test: it keeps no versions/);
    await setVersioning(bucket.name, 'Enabled');
    expect((await staging.stage(bucket, 'paused/1/a', content, LATER)).outcome).toBe('uploaded');
    await staging.clear(bucket, 'paused');
  });

  async function textOf(Key: string, VersionId?: string): Promise<string | undefined> {
    const where = { Bucket: bucket.name, Key, ...(VersionId === undefined ? {} : { VersionId }) };
    return (await s3.send(new GetObjectCommand(where))).Body?.transformToString();
  }

  it('are deleted with all versions and markers; the last environment deletes the bucket', async () => {
    const staging = s3Staging(s3, waiting);
    for (let version = 0; version < 3; version += 1) {
      await s3.send(
        new PutObjectCommand({ Bucket: bucket.name, Key: 'lab/2/a', Body: `${version}` }),
      );
    }
    await staging.stage(bucket, 'lab-two/1/a', content, LATER);
    expect(await staging.clear(bucket, 'lab')).toEqual({ objects: 4, bucketDeleted: false });
    expect(await staging.clear(bucket, 'lab-two')).toEqual({ objects: 1, bucketDeleted: true });
    expect(await staging.clear(bucket, 'lab')).toEqual({ objects: 0, bucketDeleted: false });
  });
});

describe('together with other environments that create and delete the same bucket', () => {
  const bucket = bucketIn('ap-northeast-2', defaultBucketName(accountId, 'turns'));
  const Bucket = bucket.name;
  const elsewhere = { LocationConstraint: 'ap-northeast-2' } as const;
  const make = () =>
    s3.send(new CreateBucketCommand({ Bucket, CreateBucketConfiguration: elsewhere }));
  const put = (Key: string) => s3.send(new PutObjectCommand({ Bucket, Key, Body: 'x' }));

  /** A staging bucket that runs `other` before the first call of one kind. */
  function interrupted(command: string, other: () => Promise<unknown>) {
    const hurried = client('ap-northeast-2');
    let came = false;
    hurried.middlewareStack.add(
      (next, { commandName }) =>
        async (args) => {
          if (commandName === command && !came) {
            came = true;
            await other();
          }
          return next(args);
        },
      { step: 'initialize' },
    );
    const slept: number[] = [];
    const sleep = async (ms: number) => void slept.push(ms);
    const staging = s3Staging(hurried, { log, clock: { now: () => 0, sleep } });
    return { staging, slept };
  }

  /** S3 deletes a bucket in the background, and answers this when somebody creates it again meanwhile. */
  const stillGoing = () =>
    Promise.reject(Object.assign(new Error('A conflicting …'), { name: 'OperationAborted' }));

  it('waits until a bucket is deleted completely', async () => {
    const { staging, slept } = interrupted('CreateBucketCommand', stillGoing);
    expect((await staging.stage(bucket, 'lab/1/a', content, LATER)).outcome).toBe('uploaded');
    expect(slept).toHaveLength(1);
    expect(await staging.clear(bucket, 'lab')).toEqual({ objects: 1, bucketDeleted: true });
  });

  it('sets up a bucket that it has created, even after a delay', async () => {
    const named = bucketIn('ap-northeast-2', 'named-by-hand');
    const { staging } = interrupted('PutBucketTaggingCommand', stillGoing);
    await staging.stage(named, 'lab/1/a', content, LATER);
    const { Status } = await s3.send(new GetBucketVersioningCommand({ Bucket: named.name }));
    expect(Status).toBe('Enabled');
  });

  it('creates the bucket again when another environment has deleted it before its first use', async () => {
    await s3Staging(s3, waiting).stage(bucket, 'other/1/a', content, LATER);
    const { staging } = interrupted('GetObjectCommand', () =>
      s3Staging(s3, waiting).clear(bucket, 'other'),
    );
    expect((await staging.stage(bucket, 'lab/1/a', content, LATER)).outcome).toBe('uploaded');
    await staging.clear(bucket, 'lab');
  });

  it('leaves a bucket that another environment uses', async () => {
    await make();
    const { staging } = interrupted('DeleteBucketCommand', () => put('other/1/a'));
    expect(await staging.clear(bucket, 'lab')).toEqual({ objects: 0, bucketDeleted: false });
    expect(await staging.clear(bucket, 'other')).toEqual({ objects: 1, bucketDeleted: true });
  });

  it('finds nothing in a bucket that another environment is deleting', async () => {
    await make();
    const { staging } = interrupted('ListObjectVersionsCommand', () =>
      s3.send(new DeleteBucketCommand({ Bucket })),
    );
    expect(await staging.has(bucket, 'lab')).toBe(false);
    expect(await staging.clear(bucket, 'lab')).toEqual({ objects: 0, bucketDeleted: false });
  });
});
