import {
  BucketAlreadyOwnedByYou,
  type BucketLocationConstraint,
  CreateBucketCommand,
  DeleteBucketCommand,
  GetBucketTaggingCommand,
  HeadBucketCommand,
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

/** A private bucket for the launch hook's code, which Lambda fetches. */
export interface StagingBucket {
  readonly name: string;
  readonly region: string;
  /** Every call names the owner, so that a bucket of this name in another account is never used. */
  readonly accountId: string;
}

/** The tag of the buckets that this pack created, and may therefore configure and delete. */
const TAG = 'eks-multus:staging';
/** Whether this pack created the bucket, and whether its configuration is complete. */
type Ownership = 'ready' | 'unfinished' | 'foreign';

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
  if (await bucketExists(s3, bucket)) {
    const owner = begun.made ? 'unfinished' : await ownership(s3, bucket);
    if (owner !== 'unfinished') return owner === 'ready';
  } else {
    await createBucket(s3, bucket);
    begun.made = true;
    await tag(s3, bucket, 'unfinished');
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

/** Whether the bucket exists and is this account's. */
export async function bucketExists(s3: S3Client, bucket: StagingBucket): Promise<boolean> {
  try {
    await s3.send(new HeadBucketCommand(targetOf(bucket)));
    return true;
  } catch (error) {
    const status = statusOf(error);
    if (status === 404) return false;
    if (status === 403 || status === 301) throw notUsable(bucket, status, error);
    throw error;
  }
}

/**
 * Deletes the bucket if this pack created it and it is empty, also of old versions. S3 itself deletes no other, so nobody
 * needs the right to list the objects of other teams.
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

export function targetOf({ name, accountId }: StagingBucket) {
  return { Bucket: name, ExpectedBucketOwner: accountId };
}

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

/** Read from the tag. An untagged bucket with the default name was interrupted between creation and tagging. */
async function ownership(s3: S3Client, bucket: StagingBucket): Promise<Ownership> {
  const untagged =
    bucket.name === defaultBucketName(bucket.accountId, bucket.region) ? 'unfinished' : 'foreign';
  try {
    const { TagSet = [] } = await s3.send(new GetBucketTaggingCommand(targetOf(bucket)));
    const value = TagSet.find(({ Key }) => Key === TAG)?.Value;
    return value === 'ready' || value === 'unfinished' ? value : untagged;
  } catch (error) {
    if (statusOf(error) === 404) return untagged;
    throw error;
  }
}

async function tag(s3: S3Client, bucket: StagingBucket, Value: Ownership): Promise<void> {
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

/** The partition that a region's ARNs name. */
export function partitionOf(region: string): string {
  if (region.startsWith('cn-')) return 'aws-cn';
  return region.startsWith('us-gov-') ? 'aws-us-gov' : 'aws';
}

function notUsable(bucket: StagingBucket, status: number, cause: unknown): CloudError {
  const reason =
    status === 301
      ? `it is in another region than ${bucket.region}`
      : `access is denied: it belongs to another account than ${bucket.accountId}, or the role lacks s3:ListBucket on it`;
  return new CloudError({
    resource: `bucket ${bucket.name}`,
    reason,
    nextStep: 'name another bucket with the input staging-bucket, or let the role use this one',
    cause,
  });
}
