import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import { GetObjectCommand, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { unlessMissing } from './aws-error.ts';
import {
  afterBucketConflicts,
  isTaken,
  keepsNoVersions,
  VersioningBegins,
  type Waiting,
} from './bucket-conflicts.ts';
import { freePlaces } from './places.ts';
import {
  bucketExists,
  deleteBucketIfUnused,
  deleteVersions,
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
  /** Deletes an environment's files, frees its place (`places.ts`), and deletes the bucket when this pack created it and it is empty. */
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
      await freePlaces(s3, bucket, environment);
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
  for (let removed = 0; ; ) {
    // Listed objects are deleted before the next round, so the first page is always the next one. A page holds at
    // most 1000 objects, which is also the limit of DeleteObjects.
    const found = await versionsIn(s3, bucket, { Prefix: `${environment}/` });
    if (found.length === 0) return removed;
    await deleteVersions(s3, bucket, found);
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
  const object = { ...targetOf(bucket), Key: key };
  const got = await unlessMissing(s3.send(new GetObjectCommand(object)));
  // An object of another size may be too large to read.
  if (got?.ContentLength !== content.byteLength) {
    (got?.Body as Readable | undefined)?.destroy();
    return undefined;
  }
  const found = await got.Body?.transformToByteArray();
  return found !== undefined && Buffer.compare(found, content) === 0
    ? kept(got.VersionId)
    : undefined;
}

/** Without versioning, objects have no version or the version `null`, which the next upload replaces. */
function kept(version: string | undefined): string | undefined {
  return version === 'null' ? undefined : version;
}
