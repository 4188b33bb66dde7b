import {
  CreateBucketCommand,
  GetBucketEncryptionCommand,
  GetBucketLocationCommand,
  GetBucketPolicyCommand,
  GetBucketTaggingCommand,
  GetBucketVersioningCommand,
  GetObjectCommand,
  GetPublicAccessBlockCommand,
  HeadBucketCommand,
  PutBucketTaggingCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestMoto } from '../../rehearsal/aws/testing/local-aws.ts';
import { s3Staging } from './staging.ts';
import { defaultBucketName, ensureBucket } from './staging-bucket.ts';

const accountId = '123456789012';
const credentials = { accessKeyId: 'AKIAEXAMPLE', secretAccessKey: 'secret' };
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

const bucketIn = (region: string, name = defaultBucketName(accountId, region)) => ({
  name,
  region,
  accountId,
});

describe('ensureBucket', () => {
  it('makes a bucket that is private, encrypted, versioned and TLS only', async () => {
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

  it('finishes what an earlier run began', async () => {
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

  it("leaves a bucket of somebody else's making as it is", async () => {
    const bucket = bucketIn('us-east-1', 'made-by-hand');
    const east = client('us-east-1');
    await east.send(new CreateBucketCommand({ Bucket: bucket.name }));
    await ensureBucket(east, bucket);
    expect(
      (await east.send(new GetBucketVersioningCommand({ Bucket: bucket.name }))).Status,
    ).toBeUndefined();
    const staging = s3Staging(east);
    await staging.stage(bucket, 'lab/1/a', content);
    expect(await staging.clear(bucket, 'lab')).toEqual({ objects: 1, bucketDeleted: false });
    await east.send(new HeadBucketCommand({ Bucket: bucket.name }));
  });
});

describe('staged objects', () => {
  const bucket = bucketIn('ap-northeast-2', 'staging-test');

  it('are uploaded once', async () => {
    const staging = s3Staging(s3);
    await staging.ensure(bucket);
    expect(await staging.stage(bucket, 'lab/1/infra.yaml', content)).toBe('uploaded');
    expect(await staging.stage(bucket, 'lab/1/infra.yaml', content)).toBe('present');
    const object = await s3.send(
      new GetObjectCommand({ Bucket: bucket.name, Key: 'lab/1/infra.yaml' }),
    );
    expect(await object.Body?.transformToString()).toBe('Resources: {}');
  });

  it('go with every version and marker; the bucket goes with the last environment', async () => {
    const staging = s3Staging(s3);
    for (let version = 0; version < 3; version += 1) {
      await s3.send(
        new PutObjectCommand({ Bucket: bucket.name, Key: 'lab/2/a', Body: `${version}` }),
      );
    }
    await staging.stage(bucket, 'lab-two/1/a', content);
    expect(await staging.clear(bucket, 'lab')).toEqual({ objects: 4, bucketDeleted: false });
    expect(await staging.clear(bucket, 'lab-two')).toEqual({ objects: 1, bucketDeleted: true });
    expect(await staging.clear(bucket, 'lab')).toEqual({ objects: 0, bucketDeleted: false });
  });
});
