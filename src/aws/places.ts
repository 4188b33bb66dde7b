import type { Readable } from 'node:stream';
import {
  GetObjectCommand,
  type GetObjectCommandOutput,
  NoSuchKey,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { z } from 'zod';
import { afterBucketConflicts, isTaken, type Waiting } from './bucket-conflicts.ts';
import {
  deleteVersions,
  ensureBucket,
  type StagingBucket,
  statusOf,
  targetOf,
  versionsIn,
} from './staging-bucket.ts';

/** Who has a place: one of the numbered objects of which each preview needs one. */
export interface Holder {
  readonly environment: string;
  /** When the place was taken, in milliseconds since 1970. */
  readonly since: number;
}

/** A place that is taken. */
export interface HeldPlace extends Holder {
  readonly number: number;
  readonly key: string;
  /** The version of the object. Deleting it frees this holder's place, and never that of a later holder. */
  readonly version: string | undefined;
}

/** The places of the previews of one name prefix, in the staging bucket. */
export interface Places {
  /** The places that are taken, by number. */
  held(): Promise<readonly HeldPlace[]>;
  /** Takes a place. False when somebody else has it. */
  take(number: number, holder: Holder): Promise<boolean>;
  free(places: readonly HeldPlace[]): Promise<void>;
}

interface Place {
  readonly bucket: StagingBucket;
  /** What the names of the previews begin with. */
  readonly prefix: string;
}

/** How long S3 may take to create or delete the bucket meanwhile. */
const BUCKET_MS = 10 * 60_000;

/**
 * Places as objects of S3. Of all uploads to one key with `If-None-Match: *`, S3 accepts the first one:
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
 */
export function s3Places(s3: S3Client, place: Place, waiting: Waiting): Places {
  const { bucket, prefix } = place;
  return {
    held: () => heldPlaces(s3, bucket, prefix),
    take(number, holder) {
      const begun = {};
      const deadline = waiting.clock.now() + BUCKET_MS;
      return afterBucketConflicts(bucket, { ...waiting, deadline }, async () => {
        await ensureBucket(s3, bucket, begun);
        return upload(s3, place, number, holder);
      });
    },
    free: (places) => remove(s3, bucket, places),
  };
}

/** What the name of a preview has before the number of its pull request; undefined for names of other environments. */
export function prefixOf(environment: string): string | undefined {
  return /^(.+)-\d+$/.exec(environment)?.[1];
}

/** Frees the place of a preview that is gone. Does nothing for other environments. */
export async function freePlaces(
  s3: S3Client,
  bucket: StagingBucket,
  environment: string,
): Promise<void> {
  const prefix = prefixOf(environment);
  if (prefix === undefined) return;
  const held = await heldPlaces(s3, bucket, prefix);
  await remove(
    s3,
    bucket,
    held.filter((one) => one.environment === environment),
  );
}

/** The deployer role may touch only keys that begin like the names of environments. */
const keyOf = (prefix: string, number: number) => `${prefix}-places/${number}`;

async function upload(
  s3: S3Client,
  { bucket, prefix }: Place,
  number: number,
  holder: Holder,
): Promise<boolean> {
  const Body = JSON.stringify(holder);
  const object = { ...targetOf(bucket), Key: keyOf(prefix, number), Body, IfNoneMatch: '*' };
  try {
    await s3.send(new PutObjectCommand(object));
    return true;
  } catch (error) {
    if (isTaken(error)) return false;
    throw error;
  }
}

async function heldPlaces(
  s3: S3Client,
  bucket: StagingBucket,
  prefix: string,
): Promise<readonly HeldPlace[]> {
  const versions = await versionsIn(s3, bucket, { Prefix: `${prefix}-places/` });
  const keys = new Set(versions.flatMap(({ Key = '' }) => (/\/\d+$/.test(Key) ? [Key] : [])));
  const found: HeldPlace[] = [];
  for (const key of keys) {
    const place = await readPlace(s3, bucket, key);
    if (place !== undefined) found.push(place);
  }
  return found.toSorted((a, b) => a.number - b.number);
}

const holderSchema = z.object({ environment: z.string(), since: z.number() });
/** What we write is shorter. */
const MOST_BYTES = 1_000;

/**
 * Who has a place; undefined when it is free. Others may write to the bucket: an object of theirs has no environment, but no
 * preview can take its place.
 */
async function readPlace(
  s3: S3Client,
  bucket: StagingBucket,
  key: string,
): Promise<HeldPlace | undefined> {
  try {
    const got = await s3.send(new GetObjectCommand({ ...targetOf(bucket), Key: key }));
    const holder = (await holderIn(got)) ?? {
      environment: '',
      since: got.LastModified?.getTime() ?? 0,
    };
    return { ...holder, key, number: Number(key.split('/').at(-1)), version: got.VersionId };
  } catch (error) {
    if (error instanceof NoSuchKey || statusOf(error) === 404) return undefined;
    throw error;
  }
}

async function holderIn({
  Body,
  ContentLength,
}: GetObjectCommandOutput): Promise<Holder | undefined> {
  if ((ContentLength ?? 0) > MOST_BYTES) {
    (Body as Readable | undefined)?.destroy();
    return undefined;
  }
  try {
    return holderSchema.parse(JSON.parse((await Body?.transformToString()) ?? ''));
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof z.ZodError) return undefined;
    throw error;
  }
}

async function remove(
  s3: S3Client,
  bucket: StagingBucket,
  places: readonly HeldPlace[],
): Promise<void> {
  if (places.length === 0) return;
  const versions = places.map(({ key, version }) => ({ Key: key, VersionId: version ?? 'null' }));
  await deleteVersions(s3, bucket, versions);
}
