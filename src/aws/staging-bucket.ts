import {
  BucketAlreadyOwnedByYou,
  type BucketLocationConstraint,
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteObjectsCommand,
  GetBucketTaggingCommand,
  ListObjectVersionsCommand,
  type ObjectIdentifier,
  PutBucketEncryptionCommand,
  PutBucketPolicyCommand,
  PutBucketTaggingCommand,
  PutBucketVersioningCommand,
  PutPublicAccessBlockCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { CloudError } from '../core/errors.ts';
import { saysExpired } from './credentials.ts';
import { partitionOf } from './partition.ts';

/** A private bucket for the launch hook's code, which Lambda fetches. */
export interface StagingBucket {
  readonly name: string;
  readonly region: string;
  /** Every call names the owner, so that a bucket of this name in another account is never used. */
  readonly accountId: string;
}

/** The tag of the buckets that this pack created, and may therefore configure and delete. */
const TAG = 'eks-multus:staging';
/** Whether this pack created the bucket, and whether its configuration is complete; or that there is none. */
type Ownership = 'ready' | 'unfinished' | 'foreign' | 'absent';

/** The default bucket: one per account and region. */
export function defaultBucketName(accountId: string, region: string): string {
  return `eks-multus-${accountId}-${region}`;
}

/**
 * Creates the bucket if it does not exist, and configures it: no public access, encrypted, versioned, TLS only.
 * A bucket that this pack did not create stays as it is.
 *
 * @param begun remembers, for when this is done again, that the bucket was made here although it has no tag yet
 * @returns whether this pack created the bucket, now or earlier
 */
export async function ensureBucket(
  s3: S3Client,
  bucket: StagingBucket,
  begun: { made?: boolean } = {},
): Promise<boolean> {
  const found = await ownership(s3, bucket);
  if (found === 'absent') {
    await createBucket(s3, bucket);
    begun.made = true;
    await tag(s3, bucket, 'unfinished');
  } else if (found !== 'unfinished' && !begun.made) {
    return found === 'ready';
  }
  await setUp(s3, bucket);
  await tag(s3, bucket, 'ready');
  return true;
}

async function setUp(s3: S3Client, bucket: StagingBucket): Promise<void> {
  const target = targetOf(bucket);
  await s3.send(
    new PutPublicAccessBlockCommand({
      ...target,
      PublicAccessBlockConfiguration: {
        BlockPublicAcls: true,
        BlockPublicPolicy: true,
        IgnorePublicAcls: true,
        RestrictPublicBuckets: true,
      },
    }),
  );
  await s3.send(
    new PutBucketEncryptionCommand({
      ...target,
      ServerSideEncryptionConfiguration: {
        Rules: [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }],
      },
    }),
  );
  await s3.send(
    new PutBucketVersioningCommand({ ...target, VersioningConfiguration: { Status: 'Enabled' } }),
  );
  await s3.send(new PutBucketPolicyCommand({ ...target, Policy: tlsOnly(bucket) }));
}

/**
 * Whether the bucket exists and is this account's.
 *
 * @throws CloudError when it is in another region, or access to it is denied.
 */
export async function bucketExists(s3: S3Client, bucket: StagingBucket): Promise<boolean> {
  return (await ownership(s3, bucket)) !== 'absent';
}

/**
 * Deletes the bucket if this pack created it and it is empty, also of old versions. S3 refuses to delete a bucket that
 * has objects, so the role needs no right to list those of other environments.
 */
export async function deleteBucketIfUnused(s3: S3Client, bucket: StagingBucket): Promise<boolean> {
  if ((await ownership(s3, bucket)) === 'foreign') return false;
  try {
    await s3.send(new DeleteBucketCommand(targetOf(bucket)));
    return true;
  } catch (error) {
    // Deleted by an earlier attempt whose response was lost, or by another environment's destroy.
    if (statusOf(error) === 404) return true;
    // Other environments have something in it.
    if (statusOf(error) === 409) return false;
    throw error;
  }
}

/** A page of the bucket's versions and delete markers; empty when the bucket no longer exists. */
export async function versionsIn(
  s3: S3Client,
  bucket: StagingBucket,
  page: { readonly Prefix: string; readonly MaxKeys?: number },
): Promise<readonly ObjectIdentifier[]> {
  try {
    const { Versions = [], DeleteMarkers = [] } = await s3.send(
      new ListObjectVersionsCommand({ ...targetOf(bucket), ...page }),
    );
    return [...Versions, ...DeleteMarkers].map(({ Key, VersionId }) => ({ Key, VersionId }));
  } catch (error) {
    if (statusOf(error) === 404) return [];
    throw error;
  }
}

/**
 * Deletes versions of objects, at most 1,000. Versions that are gone already are no failure.
 *
 * @throws CloudError when S3 refuses one.
 */
export async function deleteVersions(
  s3: S3Client,
  bucket: StagingBucket,
  versions: readonly ObjectIdentifier[],
): Promise<void> {
  const answer = await s3.send(
    new DeleteObjectsCommand({
      ...targetOf(bucket),
      Delete: { Objects: [...versions], Quiet: true },
    }),
  );
  const [refused] = answer.Errors ?? [];
  if (refused !== undefined) throw notRemoved(bucket, refused.Key, refused.Message);
}

/** What each call about the bucket names: S3 refuses it when the bucket has come to belong to another account. */
export function targetOf({ name, accountId }: StagingBucket) {
  return { Bucket: name, ExpectedBucketOwner: accountId };
}

/** The HTTP status of an error of AWS's SDK; undefined when no answer came. */
export function statusOf(error: unknown): number | undefined {
  return (error as { $metadata?: { httpStatusCode?: number } } | null)?.$metadata?.httpStatusCode;
}

async function createBucket(s3: S3Client, { name, region }: StagingBucket): Promise<void> {
  // S3 accepts no location constraint for us-east-1.
  const elsewhere = { LocationConstraint: region as BucketLocationConstraint };
  const create = new CreateBucketCommand({
    Bucket: name,
    ...(region === 'us-east-1' ? {} : { CreateBucketConfiguration: elsewhere }),
  });
  try {
    await s3.send(create);
  } catch (error) {
    // Another run came first, and configures the bucket in the same way.
    if (!(error instanceof BucketAlreadyOwnedByYou)) throw error;
  }
}

/**
 * Read from the tag. An untagged bucket with the default name was interrupted between creation and tagging.
 *
 * This call also says whether the bucket exists. HeadBucket would not do: S3 answers a HEAD without a body, so an expired
 * session and a wrong region look the same, a 400 without a code (aws-sdk-js#2219, aws-sdk-ruby#1162).
 */
async function ownership(s3: S3Client, bucket: StagingBucket): Promise<Ownership> {
  const untagged =
    bucket.name === defaultBucketName(bucket.accountId, bucket.region) ? 'unfinished' : 'foreign';
  try {
    const { TagSet = [] } = await s3.send(new GetBucketTaggingCommand(targetOf(bucket)));
    const value = TagSet.find(({ Key }) => Key === TAG)?.Value;
    return value === 'ready' || value === 'unfinished' ? value : untagged;
  } catch (error) {
    if (hasNoTags(error)) return untagged;
    if (statusOf(error) === 404) return 'absent';
    if (isInAnotherRegion(error)) {
      throw notUsable(bucket, `it is in another region than ${bucket.region}`, error);
    }
    if (statusOf(error) === 403 && !saysExpired(error)) {
      const reason = `access is denied: it belongs to another account than ${bucket.accountId}, or the role lacks s3:GetBucketTagging on it`;
      throw notUsable(bucket, reason, error);
    }
    throw error;
  }
}

/** True for what S3 answers about the tags of a bucket that exists and has none. */
export function hasNoTags(error: unknown): boolean {
  return error instanceof Error && error.name === 'NoSuchTagSet';
}

/** S3's codes when a bucket is called by the endpoint or with the signature of a wrong region. */
const ANOTHER_REGION =
  /^(PermanentRedirect|AuthorizationHeaderMalformed|IllegalLocationConstraintException)$/;

/** True for what S3 answers when a bucket is in another region. */
export function isInAnotherRegion(error: unknown): boolean {
  return error instanceof Error && (ANOTHER_REGION.test(error.name) || statusOf(error) === 301);
}

async function tag(
  s3: S3Client,
  bucket: StagingBucket,
  Value: 'ready' | 'unfinished',
): Promise<void> {
  const Tagging = { TagSet: [{ Key: TAG, Value }] };
  await s3.send(new PutBucketTaggingCommand({ ...targetOf(bucket), Tagging }));
}

function tlsOnly({ name, region }: StagingBucket): string {
  const arn = `arn:${partitionOf(region)}:s3:::${name}`;
  return JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      {
        Sid: 'TlsOnly',
        Effect: 'Deny',
        Principal: '*',
        Action: 's3:*',
        Resource: [arn, `${arn}/*`],
        Condition: { Bool: { 'aws:SecureTransport': 'false' } },
      },
    ],
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

function notUsable(bucket: StagingBucket, reason: string, cause: unknown): CloudError {
  return new CloudError({
    resource: `bucket ${bucket.name}`,
    reason,
    nextStep: 'name another bucket with the input staging-bucket, or let the role use this one',
    cause,
  });
}
