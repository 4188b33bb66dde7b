import type { Clock } from '../core/clock.ts';
import { CloudError, messageOf } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import { retry } from '../core/retry.ts';
import type { StagingBucket } from './staging-bucket.ts';

/** True for what S3 answers to a conditional upload when the key exists, or is written or deleted at the same time. */
export function isTaken(error: unknown): boolean {
  return (
    error instanceof Error && /^(PreconditionFailed|ConditionalRequestConflict)$/.test(error.name)
  );
}

/**
 * S3 may not keep versions yet in a bucket that has just got versioning:
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/manage-versioning-examples.html
 */
export class VersioningBegins extends Error {
  override readonly name = 'VersioningBegins';

  constructor() {
    super('S3 does not keep versions in the staging bucket yet');
  }
}

/** The error about a bucket that somebody gave and that keeps no versions. */
export function keepsNoVersions({ name }: StagingBucket): CloudError {
  return new CloudError({
    resource: `bucket ${name}`,
    reason:
      "it keeps no versions of its objects, so whoever may write to it could replace the launch hook's code before Lambda fetches it",
    nextStep: `turn versioning on (aws s3api put-bucket-versioning --bucket ${name} --versioning-configuration Status=Enabled), or leave out the input staging-bucket`,
  });
}

/** The clock for waits, and the log that says what is waited for. */
export interface Waiting {
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
export async function afterBucketConflicts<Result>(
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
