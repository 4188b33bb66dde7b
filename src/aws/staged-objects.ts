import { createHash } from 'node:crypto';
import {
  DeleteObjectsCommand,
  HeadObjectCommand,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { CloudError } from '../github/errors.ts';
import { type StagingBucket, statusOf, targetOf, versionsIn } from './staging-bucket.ts';

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

/** Removes every version and delete marker below `<environment>/`; gives how many there were. */
export async function removeStaged(
  s3: S3Client,
  bucket: StagingBucket,
  environment: string,
): Promise<number> {
  const target = targetOf(bucket);
  for (let removed = 0; ; ) {
    // What is listed is gone before the next round, so the first page is always the next one. It holds at
    // most 1000, which is also the most that S3 deletes at a time.
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
