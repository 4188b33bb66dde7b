import {
  type BucketLocationConstraint,
  CreateBucketCommand,
  DeleteBucketCommand,
  GetBucketPolicyCommand,
  GetBucketTaggingCommand,
  GetObjectCommand,
  GetPublicAccessBlockCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListObjectVersionsCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { REGION } from '../../../stand-ins/aws/testing/local-aws.ts';
import type { Provocations, World } from './world.ts';

const s3 = ({ clients }: World) => clients.s3;

function create(world: World, Bucket: string, LocationConstraint: string | undefined = REGION) {
  const where = { LocationConstraint: LocationConstraint as BucketLocationConstraint };
  return s3(world).send(new CreateBucketCommand({ Bucket, CreateBucketConfiguration: where }));
}

/** A client whose signatures name another region. */
function elsewhere({ aws }: World): S3Client {
  const credentials = { accessKeyId: 'AKIAFACTS', secretAccessKey: 's' };
  return new S3Client({ endpoint: aws.endpoint, region: 'us-west-2', credentials, maxAttempts: 1 });
}

/** How to provoke the answers of S3. */
export const S3: Provocations = {
  'bucket-absent': (world) => s3(world).send(new HeadBucketCommand({ Bucket: 'absent' })),
  'bucket-of-others': async (world) => {
    await create(world, 'facts-head');
    const other = { Bucket: 'facts-head', ExpectedBucketOwner: '111122223333' };
    return s3(world).send(new HeadBucketCommand(other));
  },
  'bucket-in-other-region-400': async (world) => {
    await create(world, 'facts-far');
    return elsewhere(world).send(new HeadBucketCommand({ Bucket: 'facts-far' }));
  },
  'tags-in-other-region': async (world) => {
    await create(world, 'facts-far-tags');
    return elsewhere(world).send(new GetBucketTaggingCommand({ Bucket: 'facts-far-tags' }));
  },
  'tags-of-absent-bucket': (world) =>
    s3(world).send(new GetBucketTaggingCommand({ Bucket: 'absent' })),
  'head-with-expired-token': ({ ended }) => ended.s3.send(new HeadBucketCommand({ Bucket: 'b' })),
  's3-expired': ({ ended }) => ended.s3.send(new GetBucketTaggingCommand({ Bucket: 'b' })),
  'bucket-made-before': async (world) => {
    await create(world, 'facts-twice');
    return create(world, 'facts-twice');
  },
  'bucket-without-tags': async (world) => {
    await create(world, 'facts-untagged');
    return s3(world).send(new GetBucketTaggingCommand({ Bucket: 'facts-untagged' }));
  },
  'upload-of-existing-key': async (world) => {
    await create(world, 'facts-taken');
    const upload = { Bucket: 'facts-taken', Key: 'k', Body: 'x', IfNoneMatch: '*' };
    await s3(world).send(new PutObjectCommand(upload));
    return s3(world).send(new PutObjectCommand(upload));
  },
  'bucket-not-empty': async (world) => {
    await create(world, 'facts-full');
    const object = { Bucket: 'facts-full', Key: 'k', Body: 'x' };
    await s3(world).send(new PutObjectCommand(object));
    return s3(world).send(new DeleteBucketCommand({ Bucket: 'facts-full' }));
  },
  'bucket-gone': (world) => s3(world).send(new DeleteBucketCommand({ Bucket: 'absent' })),
  'versions-of-absent-bucket': (world) =>
    s3(world).send(new ListObjectVersionsCommand({ Bucket: 'absent' })),
  'object-absent': async (world) => {
    await create(world, 'facts-objects');
    return s3(world).send(new HeadObjectCommand({ Bucket: 'facts-objects', Key: 'k' }));
  },
  'object-unknown': async (world) => {
    await create(world, 'facts-reads');
    return s3(world).send(new GetObjectCommand({ Bucket: 'facts-reads', Key: 'k' }));
  },
  'bucket-without-policy': async (world) => {
    await create(world, 'facts-open');
    return s3(world).send(new GetBucketPolicyCommand({ Bucket: 'facts-open' }));
  },
  'bucket-without-public-access-block': async (world) => {
    await create(world, 'facts-public');
    return s3(world).send(new GetPublicAccessBlockCommand({ Bucket: 'facts-public' }));
  },
  'bucket-of-other-owner': async (world) => {
    await create(world, 'facts-owned');
    const other = { Bucket: 'facts-owned', ExpectedBucketOwner: '111122223333' };
    return s3(world).send(new GetBucketTaggingCommand(other));
  },
  's3-slow-down': ({ throttled }) =>
    throttled.s3.send(new PutObjectCommand({ Bucket: 'b', Key: 'k', Body: 'x' })),
};
