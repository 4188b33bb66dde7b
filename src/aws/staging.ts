import type { S3Client } from '@aws-sdk/client-s3';
import { hasStaged, removeStaged, stage } from './staged-objects.ts';
import {
  bucketExists,
  deleteBucketIfUnused,
  ensureBucket,
  type StagingBucket,
} from './staging-bucket.ts';

/** Where files wait for CloudFormation to fetch them. */
export interface Staging {
  /** Creates and sets up the bucket where that is ours to do. */
  ensure(bucket: StagingBucket): Promise<void>;
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

export function s3Staging(s3: S3Client): Staging {
  return {
    ensure: (bucket) => ensureBucket(s3, bucket),
    stage: (bucket, key, content) => stage(s3, bucket, key, content),
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
