import { createHash } from 'node:crypto';
import {
  DeleteObjectsCommand,
  HeadObjectCommand,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import type { Clock } from '../core/clock.ts';
import { CloudError } from '../core/errors.ts';
import { retry } from '../core/retry.ts';
import {
  bucketExists,
  deleteBucketIfUnused,
  ensureBucket,
  type StagingBucket,
  statusOf,
  targetOf,
  versionsIn,
} from './staging-bucket.ts';

/** Stores files in S3 for CloudFormation to fetch. */
export interface Staging {
  /** Uploads content unless it is there already. Creates and configures the bucket when it does not exist. */
  stage(bucket: StagingBucket, key: string, content: Uint8Array): Promise<'uploaded' | 'present'>;
  /** Whether anything is staged for an environment. */
  has(bucket: StagingBucket, environment: string): Promise<boolean>;
  /** Deletes an environment's files, and the bucket when this pack created it and it is empty. */
  clear(bucket: StagingBucket, environment: string): Promise<Cleared>;
}

export interface Cleared {
  readonly objects: number;
  readonly bucketDeleted: boolean;
}

/** @param clock waits until no other environment is creating or deleting the bucket */
export function s3Staging(s3: S3Client, clock: Clock): Staging {
  return {
    stage(bucket, key, content) {
      const begun = {};
      return retryBucketConflicts(async () => {
        await ensureBucket(s3, bucket, begun);
        return stage(s3, bucket, key, content);
      }, clock);
    },
    async has(bucket, environment) {
      return (await bucketExists(s3, bucket)) && hasStaged(s3, bucket, environment);
    },
    async clear(bucket, environment) {
      if (!(await bucketExists(s3, bucket))) return { objects: 0, bucketDeleted: false };
      const objects = await removeStaged(s3, bucket, environment);
      return { objects, bucketDeleted: await deleteBucketIfUnused(s3, bucket) };
    },
  };
}

/** `<environment>/<sha256>/<name>`: the same content always has the same key, and other content another. */
export function stagedKey(environment: string, name: string, content: Uint8Array): string {
  return `${environment}/${createHash('sha256').update(content).digest('hex')}/${name}`;
}

/** Uploads content unless it is there already. */
export async function stage(
  s3: S3Client,
  bucket: StagingBucket,
  key: string,
  content: Uint8Array,
): Promise<'uploaded' | 'present'> {
  if (await objectExists(s3, bucket, key)) return 'present';
  const tags = new URLSearchParams({ 'eks-multus:environment': key.split('/')[0] ?? '' });
  await s3.send(
    new PutObjectCommand({
      ...targetOf(bucket),
      Key: key,
      Body: content,
      Tagging: tags.toString(),
    }),
  );
  return 'uploaded';
}

/** Deletes every version and delete marker below `<environment>/`; returns their number. */
export async function removeStaged(
  s3: S3Client,
  bucket: StagingBucket,
  environment: string,
): Promise<number> {
  const target = targetOf(bucket);
  for (let removed = 0; ; ) {
    // Listed objects are deleted before the next round, so the first page is always the next one. A page holds at
    // most 1000 objects, which is also the limit of DeleteObjects.
    const found = await versionsIn(s3, bucket, { Prefix: `${environment}/` });
    if (found.length === 0) return removed;
    const answer = await s3.send(
      new DeleteObjectsCommand({ ...target, Delete: { Objects: [...found], Quiet: true } }),
    );
    const [refused] = answer.Errors ?? [];
    if (refused !== undefined) throw notRemoved(bucket, refused.Key, refused.Message);
    removed += found.length;
  }
}

/** Whether there is any version or delete marker below `<environment>/`. */
export async function hasStaged(
  s3: S3Client,
  bucket: StagingBucket,
  environment: string,
): Promise<boolean> {
  return (await versionsIn(s3, bucket, { Prefix: `${environment}/`, MaxKeys: 1 })).length > 0;
}

async function objectExists(s3: S3Client, bucket: StagingBucket, key: string): Promise<boolean> {
  try {
    await s3.send(new HeadObjectCommand({ ...targetOf(bucket), Key: key }));
    return true;
  } catch (error) {
    if (statusOf(error) === 404) return false;
    throw error;
  }
}

function notRemoved(bucket: StagingBucket, key = '?', message = 'no reason given'): CloudError {
  return new CloudError({
    resource: `object ${key} in bucket ${bucket.name}`,
    reason: `it cannot be removed: ${message}`,
    nextStep:
      'let the role delete object versions (s3:DeleteObjectVersion), then run destroy again',
  });
}

/** Five minutes of retries in all. */
const ATTEMPTS = 60;
const PAUSE_MS = 5_000;

/**
 * Runs `work` on a bucket that other environments of the account may create and delete at the same time. Retries while
 * S3 is still deleting the bucket (`OperationAborted`), and when the bucket has just disappeared.
 */
async function retryBucketConflicts<Result>(
  work: () => Promise<Result>,
  clock: Clock,
): Promise<Result> {
  return retry(work, {
    clock,
    attempts: ATTEMPTS,
    firstPauseMs: PAUSE_MS,
    factor: 1,
    mayPass: isBucketConflict,
  });
}

function isBucketConflict(error: unknown): boolean {
  return error instanceof Error && /^(OperationAborted|NoSuchBucket)$/.test(error.name);
}
