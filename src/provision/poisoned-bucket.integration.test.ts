import { readFile } from 'node:fs/promises';
import { DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import {
  CreateBucketCommand,
  GetObjectCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { beforeAll, expect, it } from 'vitest';
import { serviceRoleArn } from '../../dev/stand-ins/aws/account.ts';
import { steadyPacing } from '../../dev/stand-ins/aws/cloudformation/pacing/pacing.ts';
import { startJobInAws } from '../../dev/testing/programs/job-in-aws.ts';
import {
  type Beside,
  runBundle,
  runProvisionAtSpeed,
} from '../../dev/testing/programs/run-bundle.ts';
import { LAB_INPUTS } from '../../dev/testing/samples/lab-inputs.ts';
import { startedForTests } from '../../dev/testing/setup/started-for-tests.ts';
import { packFile } from '../core/pack-files.ts';
import { readPack } from './pack.ts';

const job = startedForTests(() => startJobInAws({ pacing: steadyPacing() }));
const ENVIRONMENT = 'eks-multus-cluster';
const Bucket = 'eks-multus-123456789012-ap-northeast-2';
const EVIL = 'code of another team';

let hook: Awaited<ReturnType<typeof readPack>>['hook'];
beforeAll(async () => {
  ({ hook } = await readPack((...path) => readFile(packFile(...path)), ENVIRONMENT));
  const { s3 } = job().aws.clients;
  const CreateBucketConfiguration = { LocationConstraint: 'ap-northeast-2' } as const;
  await s3.send(new CreateBucketCommand({ Bucket, CreateBucketConfiguration }));
  const VersioningConfiguration = { Status: 'Enabled' } as const;
  await s3.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration }));
});

/** Another team, which may write to the bucket, puts its code where the launch hook's is to be. */
async function poison() {
  await job().aws.clients.s3.send(new PutObjectCommand({ Bucket, Key: hook.key, Body: EVIL }));
}

async function staged(VersionId?: string): Promise<Uint8Array | undefined> {
  const where = { Bucket, Key: hook.key, ...(VersionId === undefined ? {} : { VersionId }) };
  const { Body } = await job().aws.clients.s3.send(new GetObjectCommand(where));
  return Body?.transformToByteArray();
}

const inputs = () => ({
  ...LAB_INPUTS,
  command: 'deploy',
  'role-to-assume': job().role,
  'cloudformation-role-arn': serviceRoleArn(job().role),
});

it('the bundle does not take the code of others for its own', async () => {
  await poison();
  const untilStaged: Beside = async (action) => {
    await action.said(/attach-enis\.zip: \w+/);
    action.kill('SIGKILL');
  };
  const { log } = await runBundle('provision', inputs(), job().env, untilStaged);
  expect(log).toContain('attach-enis.zip: uploaded');
  expect(await staged()).toEqual(hook.zip);
});

it('a function gets the code that was staged for it, whatever the bucket has by then', async () => {
  await poison();
  const poisonAgain: Beside = async (action) => {
    await action.said(/attach-enis\.zip: uploaded/);
    await poison();
  };
  const { exitCode, log } = await runProvisionAtSpeed(20, inputs(), job().env, poisonAgain);
  expect(exitCode, log).toBe(0);
  expect(Buffer.from((await staged()) ?? []).toString()).toBe(EVIL);
  const { Stacks = [] } = await job().aws.clients.cloudFormation.send(
    new DescribeStacksCommand({ StackName: `${ENVIRONMENT}-ng1` }),
  );
  const version = Stacks[0]?.Parameters?.find(
    ({ ParameterKey }) => ParameterKey === 'LambdaObjectVersion',
  );
  expect(await staged(version?.ParameterValue)).toEqual(hook.zip);
});
