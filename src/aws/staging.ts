import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import {
  DeleteObjectsCommand,
  GetObjectCommand,
  NoSuchKey,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import type { Clock } from '../core/clock.ts';
import { CloudError, messageOf } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import { retry } from '../core/retry.ts';
import {
  bucketExists,
  deleteBucketIfUnused,
  ensureBucket,
  type StagingBucket,
  targetOf,
  versionsIn,
} from './staging-bucket.ts';

/** Stores files in S3 for CloudFormation to fetch. */
export interface Staging {
  /**
   * Uploads content unless exactly this content is there already. Creates and configures the bucket when it does not exist.
   *
   * @param deadline the time of the clock until which it waits while S3 is still deleting a bucket of this name
   * @throws CloudError when S3 takes longer, or when the bucket keeps no versions, so that nobody could be sure to fetch
   *   this content later.
   */
  stage(bucket: StagingBucket, key: string, content: Uint8Array, deadline: number): Promise<Staged>;
  /** Whether anything is staged for an environment. */
  has(bucket: StagingBucket, environment: string): Promise<boolean>;
  /** Deletes an environment's files, and the bucket when this pack created it and it is empty. */
  clear(bucket: StagingBucket, environment: string): Promise<Cleared>;
}

export interface Staged {
  readonly outcome: 'uploaded' | 'present';
  /** The version of the object that has the content. Whoever else may write to the bucket cannot change a version. */
  readonly version: string;
}

export interface Cleared {
  readonly objects: number;
  readonly bucketDeleted: boolean;
}

/** @param waiting the clock for waits, and the log that says what is waited for */
export function s3Staging(s3: S3Client, waiting: Waiting): Staging {
  return {
    stage(bucket, key, content, deadline) {
      const begun = {};
      return afterBucketConflicts(bucket, { ...waiting, deadline }, async () => {
        const ours = await ensureBucket(s3, bucket, begun);
        const { outcome, version } = await stage(s3, bucket, key, content);
        if (version !== undefined) return { outcome, version };
        throw ours ? new VersioningBegins() : keepsNoVersions(bucket);
      });
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

/**
 * Uploads content unless exactly this content is there already. Of two runs that upload it at once, S3 refuses one, so
 * that both name the same version: https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
 */
async function stage(
  s3: S3Client,
  bucket: StagingBucket,
  key: string,
  content: Uint8Array,
): Promise<{ readonly outcome: Staged['outcome']; readonly version: string | undefined }> {
  const present = await versionWith(s3, bucket, key, content);
  if (present !== undefined) return { outcome: 'present', version: present };
  try {
    return await upload(s3, bucket, key, content, '*');
  } catch (error) {
    if (!isTaken(error)) throw error;
  }
  const theirs = await versionWith(s3, bucket, key, content);
  if (theirs !== undefined) return { outcome: 'present', version: theirs };
  // The object has other content, so it is replaced.
  return upload(s3, bucket, key, content);
}

/** True for what S3 answers to a conditional upload when the key exists, or is written or deleted at the same time. */
export function isTaken(error: unknown): boolean {
  return (
    error instanceof Error && /^(PreconditionFailed|ConditionalRequestConflict)$/.test(error.name)
  );
}

async function upload(
  s3: S3Client,
  bucket: StagingBucket,
  key: string,
  content: Uint8Array,
  ifNoneMatch?: '*',
) {
  const tags = new URLSearchParams({ 'eks-multus:environment': key.split('/')[0] ?? '' });
  const { VersionId } = await s3.send(
    new PutObjectCommand({
      ...targetOf(bucket),
      Key: key,
      Body: content,
      ChecksumSHA256: createHash('sha256').update(content).digest('base64'),
      Tagging: tags.toString(),
      IfNoneMatch: ifNoneMatch,
    }),
  );
  return { outcome: 'uploaded' as const, version: kept(VersionId) };
}

/** Deletes every version and delete marker below `<environment>/`; returns their number. */
async function removeStaged(
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
async function hasStaged(
  s3: S3Client,
  bucket: StagingBucket,
  environment: string,
): Promise<boolean> {
  return (await versionsIn(s3, bucket, { Prefix: `${environment}/`, MaxKeys: 1 })).length > 0;
}

/**
 * The newest version of an object when it has this content; otherwise undefined. Other teams may write to the bucket, so the
 * name alone says nothing, and its content is read.
 */
async function versionWith(
  s3: S3Client,
  bucket: StagingBucket,
  key: string,
  content: Uint8Array,
): Promise<string | undefined> {
  try {
    const got = await s3.send(new GetObjectCommand({ ...targetOf(bucket), Key: key }));
    // An object of another size may be too large to read.
    if (got.ContentLength !== content.byteLength) {
      (got.Body as Readable | undefined)?.destroy();
      return undefined;
    }
    const found = await got.Body?.transformToByteArray();
    return found !== undefined && Buffer.compare(found, content) === 0
      ? kept(got.VersionId)
      : undefined;
  } catch (error) {
    if (error instanceof NoSuchKey) return undefined;
    throw error;
  }
}

/** Without versioning, objects have no version or the version `null`, which the next upload replaces. */
function kept(version: string | undefined): string | undefined {
  return version === 'null' ? undefined : version;
}

/**
 * S3 may not keep versions yet in a bucket that has just got versioning:
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/manage-versioning-examples.html
 */
class VersioningBegins extends Error {
  override readonly name = 'VersioningBegins';

  constructor() {
    super('S3 does not keep versions in the staging bucket yet');
  }
}

function keepsNoVersions({ name }: StagingBucket): CloudError {
  return new CloudError({
    resource: `bucket ${name}`,
    reason:
      "it keeps no versions of its objects, so whoever may write to it could replace the launch hook's code before Lambda fetches it",
    nextStep: `turn versioning on (aws s3api put-bucket-versioning --bucket ${name} --versioning-configuration Status=Enabled), or leave out the input staging-bucket`,
  });
}

function notRemoved(bucket: StagingBucket, key = '?', message = 'no reason given'): CloudError {
  return new CloudError({
    resource: `object ${key} in bucket ${bucket.name}`,
    reason: `it cannot be removed: ${message}`,
    nextStep:
      'let the role delete object versions (s3:DeleteObjectVersion), then run destroy again',
  });
}

interface Waiting {
  readonly clock: Clock;
  readonly log: Pick<Log, 'info'>;
}

const PAUSE_MS = 5_000;
const LONGEST_PAUSE_MS = 60_000;
/** How long a bucket may take to keep versions. */
const VERSIONING_MS = 5 * 60_000;

/**
 * Runs `work` on a bucket that other environments of the account may create and delete at the same time. Runs it again
 * while S3 is still deleting the bucket (`OperationAborted`, which may take an hour: aws-cli#2593), when the bucket has
 * just disappeared, and until it keeps versions.
 *
 * @throws CloudError when that takes longer than until the deadline.
 */
async function afterBucketConflicts<Result>(
  bucket: StagingBucket,
  { clock, log, deadline }: Waiting & { readonly deadline: number },
  work: () => Promise<Result>,
): Promise<Result> {
  const versioned = Math.min(deadline, clock.now() + VERSIONING_MS);
  try {
    return await retry(work, {
      clock,
      deadline,
      firstPauseMs: PAUSE_MS,
      factor: 1.5,
      longestPauseMs: LONGEST_PAUSE_MS,
      mayPass(error) {
        if (error instanceof VersioningBegins) return clock.now() < versioned;
        if (!isBucketConflict(error)) return false;
        log.info(
          `${bucket.name}: S3 is still creating or deleting it; waiting (${messageOf(error)})`,
        );
        return true;
      },
    });
  } catch (error) {
    if (error instanceof VersioningBegins) throw keepsNoVersions(bucket);
    throw isBucketConflict(error) ? stillBusy(bucket, error) : error;
  }
}

/** True for what S3 answers while a bucket is being created or deleted, or has just been deleted. */
export function isBucketConflict(error: unknown): boolean {
  return error instanceof Error && /^(OperationAborted|NoSuchBucket)$/.test(error.name);
}

function stillBusy({ name }: StagingBucket, cause: unknown): CloudError {
  return new CloudError({
    resource: `bucket ${name}`,
    reason: `S3 is still creating or deleting a bucket of this name, which may take an hour: ${messageOf(cause)}`,
    nextStep:
      'run the action again later, raise timeout-minutes, or name another bucket with the input staging-bucket',
    cause,
  });
}
