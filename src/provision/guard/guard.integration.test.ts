import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { steadyPacing } from '../../../dev/stand-ins/aws/cloudformation/pacing/pacing.ts';
import { type Inventory, leftovers, takeInventory } from '../../../dev/stand-ins/aws/inventory.ts';
import { eventually, REGION } from '../../../dev/stand-ins/aws/testing/local-aws.ts';
import { fakeNamespaces } from '../../../dev/testing/fakes/fake-namespaces.ts';
import { type JobInAws, startJobInAws } from '../../../dev/testing/programs/job-in-aws.ts';
import { LAB_INPUTS } from '../../../dev/testing/samples/lab-inputs.ts';
import { provisionInProcess } from '../testing/provision-in-process.ts';

/** The guards of environments, by the schedules that the stand-in for EventBridge Scheduler carries out in its own time. */

const HOUR_MS = 3_600_000;
const CREDENTIALS = { accessKeyId: 'AKIAREHEARSALACCOUNT', secretAccessKey: 'secret' };

const LAB = 'eks-multus-cluster';
const PREVIEW = 'eks-multus-pr-7';
const OF_PREVIEW = {
  'aws-region': REGION,
  environment: PREVIEW,
  'base-environment': LAB,
  'node-groups': '- { name: ng1, zone: ap-northeast-2b, min: 1, desired: 1, max: 2 }',
};

let job: JobInAws;
let empty: Inventory;
/** How far the time of the schedules is ahead of the clock. */
let ahead = 0;
const cluster = fakeNamespaces();

beforeAll(async () => {
  const pacing = { ...steadyPacing(20), releaseMs: 500 };
  job = await startJobInAws({ pacing, scheduleTime: () => Date.now() + ahead });
  vi.stubEnv('AWS_ENDPOINT_URL', job.aws.endpoint);
  vi.stubEnv('AWS_ACCESS_KEY_ID', CREDENTIALS.accessKeyId);
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', CREDENTIALS.secretAccessKey);
  empty = await inventory();
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await job?.stop();
});

const inventory = () => takeInventory({ endpoint: job.aws.endpoint, region: REGION });

function run(inputs: Readonly<Record<string, string>>, command: string, more = {}) {
  const { 'cloudformation-role-arn': role } = job.roles;
  const given = { ...inputs, 'cloudformation-role-arn': role, command, ...more };
  return provisionInProcess(given, { speed: 20, kubernetes: cluster.api });
}

const guarded = (hours: number) => ({ 'ttl-hours': String(hours), 'expiry-guard': 'true' });

/** Lets EventBridge Scheduler come to an hour, and CloudFormation do what it is asked for. */
async function comeTo(hour: number): Promise<void> {
  ahead = hour * HOUR_MS;
  await job.aws.aws.scheduler.runDue();
  await eventually(async () => !(await stacks()).some((one) => one.endsWith('_IN_PROGRESS')));
}

/** The stacks, as `name STATUS`. */
async function stacks(): Promise<readonly string[]> {
  const client = { endpoint: job.aws.endpoint, region: REGION, credentials: CREDENTIALS };
  const answer = await new CloudFormationClient(client).send(new DescribeStacksCommand({}));
  return (answer.Stacks ?? []).map(({ StackName, StackStatus }) => `${StackName} ${StackStatus}`);
}

/** The stacks whose names begin so, without the guards. */
const guardedStacks = async (name: string) =>
  (await stacks()).filter((one) => one.startsWith(name) && !one.includes('-Guard ')).sort();
const guards = async (name: string) =>
  (await stacks()).filter((one) => one.startsWith(name) && one.includes('-Guard ')).length;

it('guards an environment from its beginning, and once only', async () => {
  await run(LAB_INPUTS, 'deploy', guarded(48));
  await run(OF_PREVIEW, 'deploy', guarded(24));
  const { schedules } = job.aws.aws.scheduler;
  const names = [LAB, `${LAB}-ng1`, `${PREVIEW}-ng1`].flatMap((name) => [name, `${name}_end`]);
  expect(
    schedules()
      .map(({ name }) => name)
      .sort(),
  ).toEqual(names.sort());
  expect((await run(LAB_INPUTS, 'plan', guarded(48))).outputs['has-changes']).toBe(false);
});

it('moves the guard of a renewed preview, but not to an earlier time', async () => {
  const hour = (hours: number) => new Date(Date.now() + hours * HOUR_MS).toISOString();
  await run(OF_PREVIEW, 'extend', { 'expires-at': hour(30) });
  await run(OF_PREVIEW, 'extend', { 'expires-at': hour(25) });
  await comeTo(28.1);
  expect(await guardedStacks(PREVIEW)).toEqual([`${PREVIEW}-ng1 CREATE_COMPLETE`]);
});

it('deletes an expired preview, and nothing of the cluster that it is on', async () => {
  await comeTo(34.1);
  expect(await guardedStacks(PREVIEW)).toEqual([]);
  expect(await guardedStacks(LAB)).toEqual([
    `${LAB} CREATE_COMPLETE`,
    `${LAB}-ng1 CREATE_COMPLETE`,
  ]);
});

it('deletes the nodes of an expired environment, then its cluster: all that costs money', async () => {
  await comeTo(52.1);
  expect(await guardedStacks(LAB)).toEqual([`${LAB} CREATE_COMPLETE`]);
  await comeTo(53.1);
  // The stand-in keeps subnets with reservations of the launch hook, and so the network, which costs nothing.
  expect(await guardedStacks(LAB)).toEqual([`${LAB} DELETE_FAILED`]);
  expect(leftovers(empty, await inventory())).toEqual({
    vpcs: 1,
    subnets: 4,
    'route tables': 1,
    'security groups': 1,
    stacks: 4,
    buckets: 1,
  });
});

it('leaves to destroy what only destroy can remove, and at last deletes the guards', async () => {
  expect(await guards(PREVIEW)).toBe(1);
  await run(OF_PREVIEW, 'destroy');
  expect(await guards(PREVIEW)).toBe(0);
  await comeTo(125.1);
  expect(await guards(LAB)).toBe(0);
  await run(LAB_INPUTS, 'destroy');
  expect(leftovers(empty, await inventory())).toEqual({});
  expect(job.aws.aws.scheduler.schedules()).toEqual([]);
  // A stack that is gone has no tag with which it may be deleted.
  const failures = job.aws.aws.scheduler.invocations().flatMap(({ failure }) => failure ?? []);
  expect(failures.filter((one) => !one.startsWith('AccessDenied'))).toEqual([]);
});
