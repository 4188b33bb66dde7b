import type { S3Client } from '@aws-sdk/client-s3';
import { takingTurns } from './bucket-turns.ts';
import { hasStaged, removeStaged, stage } from './staged-objects.ts';
import {
  bucketExists,
  deleteBucketIfUnused,
  ensureBucket,
  type StagingBucket,
} from './staging-bucket.ts';

/** Where files wait for CloudFormation to fetch them. */
export interface Staging {
  /** Uploads content unless it is there already. Creates and sets up the bucket where that is ours to do. */
  stage(bucket: StagingBucket, key: string, content: Uint8Array): Promise<'uploaded' | 'present'>;
  /** Whether anything is staged for an environment. */
  has(bucket: StagingBucket, environment: string): Promise<boolean>;
  /** Removes what was staged for an environment, and the bucket when it is ours and empty by then. */
  clear(bucket: StagingBucket, environment: string): Promise<Cleared>;
}

export interface Cleared {
  readonly objects: number;
  readonly bucketDeleted: boolean;
}

/** @param sleep for as many milliseconds, until the bucket is no other environment's turn any more */
export function s3Staging(s3: S3Client, sleep: (ms: number) => Promise<void>): Staging {
  return {
    stage(bucket, key, content) {
      const begun = {};
      return takingTurns(async () => {
        await ensureBucket(s3, bucket, begun);
        return stage(s3, bucket, key, content);
      }, sleep);
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
