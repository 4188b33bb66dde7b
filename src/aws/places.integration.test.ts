import { ListObjectVersionsCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { decide } from '../../dev/stand-ins/aws/authorization/simulate.ts';
import { startTestMoto } from '../../dev/stand-ins/aws/testing/local-aws.ts';
import { fakeClock } from '../../dev/testing/fakes/fake-clock.ts';
import { recordingLog } from '../../dev/testing/fakes/recording-log.ts';
import { accountRoles } from '../../dev/testing/samples/account-roles.ts';
import { type Places, s3Places } from './places.ts';
import { s3Staging } from './staging.ts';
import { defaultBucketName } from './staging-bucket.ts';

const accountId = '123456789012';
const region = 'ap-northeast-2';
const credentials = { accessKeyId: 'AKIAEXAMPLE', secretAccessKey: 'secret' };
const waiting = { clock: fakeClock(), log: recordingLog() };
const bucket = { name: defaultBucketName(accountId, region), region, accountId };
const holder = (environment: string) => ({ environment, since: 1 });

let moto: Awaited<ReturnType<typeof startTestMoto>>['moto'];
let s3: S3Client;
let places: Places;

beforeAll(async () => {
  ({ moto } = await startTestMoto());
  s3 = new S3Client({ endpoint: moto.url, region, credentials, maxAttempts: 1 });
  places = s3Places(s3, { bucket, prefix: 'eks-multus-pr' }, waiting);
});
afterAll(() => moto.stop());

it('a place is taken by one of many at once, and says by whom', async () => {
  expect(await places.held()).toEqual([]);
  const names = Array.from({ length: 10 }, (_, index) => `eks-multus-pr-${index}`);
  const taken = await Promise.all(names.map((name) => places.take(1, holder(name))));
  expect(taken.filter((one) => one)).toHaveLength(1);
  const [held, ...others] = await places.held();
  expect(held).toMatchObject({ number: 1, environment: names[taken.indexOf(true)], since: 1 });
  expect(others).toEqual([]);
});

it('freeing a place never frees that of a later holder', async () => {
  const [old] = await places.held();
  if (old === undefined) throw new Error('nobody has the place');
  await places.free([old]);
  expect(await places.take(1, holder('eks-multus-pr-20'))).toBe(true);
  await places.free([old]);
  expect(await places.held()).toMatchObject([{ environment: 'eks-multus-pr-20' }]);
});

it('an object of somebody else takes a place for nobody', async () => {
  for (const [number, Body] of [
    ['2', 'not JSON'],
    ['3', '{"environment":1}'],
    ['4', 'x'.repeat(5_000)],
  ] as const) {
    const Key = `eks-multus-pr-places/${number}`;
    await s3.send(new PutObjectCommand({ Bucket: bucket.name, Key, Body }));
  }
  expect(await places.take(2, holder('eks-multus-pr-21'))).toBe(false);
  const held = await places.held();
  expect(held.map(({ number, environment }) => [number, environment])).toEqual([
    [1, 'eks-multus-pr-20'],
    [2, ''],
    [3, ''],
    [4, ''],
  ]);
  expect(held[1]?.since).toBeGreaterThan(Date.now() - 3_600_000);
  await places.free(held.slice(1));
});

it('clearing an environment frees its place, and only its own', async () => {
  const staging = s3Staging(s3, waiting);
  await places.take(2, holder('eks-multus-pr-2'));
  await staging.clear(bucket, 'eks-multus-pr-200');
  await staging.clear(bucket, 'eks-multus-lab');
  expect(await places.held()).toHaveLength(2);
  await staging.clear(bucket, 'eks-multus-pr-2');
  expect(await places.held()).toMatchObject([{ environment: 'eks-multus-pr-20' }]);
  expect(await staging.clear(bucket, 'eks-multus-pr-20')).toMatchObject({ bucketDeleted: true });
  expect(await places.held()).toEqual([]);
});

it('leaves nothing behind in a bucket of somebody else', async () => {
  await places.take(1, holder('eks-multus-pr-1'));
  await places.free(await places.held());
  const { Versions = [], DeleteMarkers = [] } = await s3.send(
    new ListObjectVersionsCommand({ Bucket: bucket.name }),
  );
  expect([...Versions, ...DeleteMarkers]).toEqual([]);
});

it('takes no right that the deployer role lacks', async () => {
  const { deployer } = accountRoles();
  const Bucket = `arn:aws:s3:::${bucket.name}`;
  const prefix = { 's3:prefix': 'eks-multus-pr-places/' };
  for (const [action, resource, context] of [
    ['s3:ListBucketVersions', Bucket, prefix],
    ['s3:GetObject', `${Bucket}/eks-multus-pr-places/1`, {}],
    ['s3:PutObject', `${Bucket}/eks-multus-pr-places/1`, {}],
    ['s3:DeleteObjectVersion', `${Bucket}/eks-multus-pr-places/1`, {}],
  ] as const) {
    expect([action, await decide(deployer, { action, resource, context })]).toEqual([
      action,
      'allowed',
    ]);
  }
});
