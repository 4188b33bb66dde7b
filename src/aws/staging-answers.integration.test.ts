import { S3Client } from '@aws-sdk/client-s3';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import {
  type BucketRegions,
  createBucketRegions,
} from '../../dev/stand-ins/aws/faults/bucket-regions.ts';
import type { Disturb } from '../../dev/stand-ins/aws/faults/disturbance.ts';
import { createFaults, type Faults } from '../../dev/stand-ins/aws/faults/faults.ts';
import { createSessions } from '../../dev/stand-ins/aws/faults/sessions.ts';
import { ALL_OFF } from '../../dev/stand-ins/aws/faults/switches.ts';
import { errorAnswer } from '../../dev/stand-ins/aws/gateway/aws-call.ts';
import { type Gateway, startGateway } from '../../dev/stand-ins/aws/gateway/gateway.ts';
import { ServiceError } from '../../dev/stand-ins/aws/gateway/query-protocol.ts';
import { startTestMoto } from '../../dev/stand-ins/aws/testing/local-aws.ts';
import { fakeClock } from '../../dev/testing/fakes/fake-clock.ts';
import { recordingLog } from '../../dev/testing/fakes/recording-log.ts';
import { createClient } from './clients.ts';
import { memoized } from './credentials.ts';
import { s3Staging } from './staging.ts';

const accountId = '123456789012';
const HOME = 'ap-northeast-2';
const content = new TextEncoder().encode('Resources: {}');

let moto: Awaited<ReturnType<typeof startTestMoto>>['moto'];
let gateway: Gateway;
let disturb: Disturb = () => undefined;
let regions: BucketRegions = createBucketRegions();

beforeAll(async () => {
  ({ moto } = await startTestMoto());
  gateway = await startGateway({
    port: 0,
    motoUrl: moto.url,
    services: [],
    disturb: (call) => disturb(call) ?? regions.answer(call),
  });
  gateway.onMutation((_service, _action, call) => regions.learn(call));
  vi.stubEnv('AWS_ENDPOINT_URL', gateway.url);
});
afterEach(() => {
  disturb = () => undefined;
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await gateway.stop();
  await moto.stop();
});

/** A staging bucket as a job sees it whose credentials are renewed. */
function job(region = HOME) {
  let minted = 0;
  const credentials = memoized(async () => {
    minted += 1;
    return { accessKeyId: `ASIASESSION${minted}`, secretAccessKey: 'secret', sessionToken: 't' };
  });
  const clock = fakeClock();
  const log = recordingLog();
  const s3 = createClient(S3Client, { region, credentials, runId: '7' });
  return { staging: s3Staging(s3, { clock, log }), clock, log, minted: () => minted };
}

const bucketIn = (name: string, region = HOME) => ({ name, region, accountId });

/** Faults of which the session of one call expires. */
function expiringAt(call: number): Faults {
  return createFaults({ ...ALL_OFF, expireAfter: call }, createSessions(), Math.random);
}

it.each([1, 2, 3, 4, 5, 6, 7, 8, 9])(
  'a session that expires at call %i is renewed, whatever S3 answers to it',
  async (call) => {
    const bucket = bucketIn(`expiring-${call}`);
    const { staging, clock, minted } = job();
    const faults = expiringAt(call);
    disturb = faults.disturb;
    await staging.stage(bucket, 'lab/1/a', content, clock.now() + 60_000);
    expect(await staging.has(bucket, 'lab')).toBe(true);
    expect(await staging.clear(bucket, 'lab')).toEqual({ objects: 1, bucketDeleted: true });
    expect(faults.counts().expired).toBe(1);
    expect(minted()).toBe(2);
  },
);

it.each([301, 400] as const)(
  'a bucket in another region is named, although S3 answers only %i',
  async (status) => {
    regions = createBucketRegions(status);
    const name = `far-away-${status}`;
    const far = job('us-west-2');
    const LATER = far.clock.now() + 60_000;
    await far.staging.stage(bucketIn(name, 'us-west-2'), 'lab/1/a', content, LATER);
    const near = job();
    const staged = near.staging.stage(bucketIn(name), 'lab/1/a', content, LATER);
    await expect(staged).rejects.toThrow(
      `bucket ${name}: it is in another region than ${HOME}\nNext step: name another bucket`,
    );
    await expect(near.staging.has(bucketIn(name), 'lab')).rejects.toThrow('another region');
  },
);

describe('a bucket that S3 is still deleting', () => {
  const conflict = errorAnswer(
    's3',
    new ServiceError(
      'OperationAborted',
      'A conflicting conditional operation is currently in progress against this resource. Please try again.',
      409,
    ),
  );

  /** Refuses to create the bucket until the clock says so. */
  function busyUntil(now: () => number, time: number): Disturb {
    return ({ action }) => (/^PUT \/[^/]+\/?$/.test(action) && now() < time ? conflict : undefined);
  }

  it('is waited for, an hour if need be, and the log says so', async () => {
    const { staging, clock, log } = job();
    const hour = 3_600_000;
    disturb = busyUntil(clock.now, clock.now() + hour);
    const bucket = bucketIn('busy-bucket');
    const done = await staging.stage(bucket, 'lab/1/a', content, clock.now() + 2 * hour);
    expect(done.outcome).toBe('uploaded');
    expect(log.lines[0]).toContain('busy-bucket: S3 is still creating or deleting it');
    expect(log.lines.length).toBeLessThan(120);
  });

  it('is an error with the reason at the deadline', async () => {
    const { staging, clock } = job();
    disturb = busyUntil(clock.now, Number.POSITIVE_INFINITY);
    const began = clock.now();
    const staged = staging.stage(bucketIn('busy-for-ever'), 'lab/1/a', content, began + 900_000);
    await expect(staged).rejects.toThrow(
      /bucket busy-for-ever: S3 is still creating or deleting a bucket of this name.*conflicting/,
    );
    expect(clock.now() - began).toBeGreaterThanOrEqual(900_000);
  });
});
