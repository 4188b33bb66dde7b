import {
  type AutoScalingGroup,
  DescribeAutoScalingGroupsCommand,
} from '@aws-sdk/client-auto-scaling';
import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { steadyPacing } from '../../../dev/stand-ins/aws/cloudformation/pacing/pacing.ts';
import { type Inventory, leftovers, takeInventory } from '../../../dev/stand-ins/aws/inventory.ts';
import { REGION } from '../../../dev/stand-ins/aws/testing/local-aws.ts';
import { fakeNamespaces } from '../../../dev/testing/fakes/fake-namespaces.ts';
import { type JobInAws, startJobInAws } from '../../../dev/testing/programs/job-in-aws.ts';
import { LAB_INPUTS } from '../../../dev/testing/samples/lab-inputs.ts';
import { provisionInProcess } from '../testing/provision-in-process.ts';

const LAB = 'eks-multus-cluster';
const PREVIEW = 'eks-multus-pr-7';
const ON_BASE = {
  environment: PREVIEW,
  'base-environment': LAB,
  'node-groups': '- { name: ng1, zone: ap-northeast-2b, min: 1, desired: 1, max: 2 }',
};
let job: JobInAws;
let empty: Inventory;

/** With the roles and policies of `cfn/github-oidc.yaml` alone: to sleep needs no right more. */
beforeAll(async () => {
  job = await startJobInAws({ pacing: steadyPacing(20) });
  for (const [name, value] of Object.entries(job.env)) vi.stubEnv(name, value);
  empty = await inventory();
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await job?.stop();
});

const inventory = () => takeInventory({ endpoint: job.aws.endpoint, region: REGION });
const run = (command: string, inputs: Readonly<Record<string, string>>) =>
  provisionInProcess(
    { ...job.roles, 'aws-region': REGION, ...inputs, command },
    { speed: 20, kubernetes: fakeNamespaces().api },
  );
/** As a schedule runs it: the name of the environment is all that it knows. */
const turn = (command: 'sleep' | 'wake' | 'renew', environment: string) =>
  run(command, { environment });

async function group(environment: string): Promise<AutoScalingGroup> {
  const query = new DescribeAutoScalingGroupsCommand({
    AutoScalingGroupNames: [`${environment}-ng1`],
  });
  const { AutoScalingGroups = [] } = await job.aws.clients.autoscaling.send(query);
  const [found] = AutoScalingGroups;
  if (found === undefined) throw new Error(`no group of ${environment}`);
  return found;
}

async function sizes(environment: string) {
  const { MinSize, DesiredCapacity, MaxSize, Instances = [] } = await group(environment);
  return { min: MinSize, desired: DesiredCapacity, max: MaxSize, nodes: Instances.length };
}

const ASLEEP = { min: 0, desired: 0, nodes: 0 };

it('sleeps without drift, and wakes to the sizes and the description that the environment had', async () => {
  const deployed = await run('deploy', LAB_INPUTS);
  const before = await sizes(LAB);
  expect(before.nodes).toBeGreaterThan(0);
  // Two runs at once do as one does.
  const [asleep] = await Promise.all([turn('sleep', LAB), turn('sleep', LAB)]);
  expect(await sizes(LAB)).toEqual({ ...before, ...ASLEEP });
  expect(asleep.outputs).toMatchObject({ asleep: true, environment: { asleep: true } });

  const { plans } = await run('plan', { ...LAB_INPUTS, 'revert-drift': 'true' });
  const changes = plans.flatMap(({ changes: all }) => all.map(({ logicalId }) => logicalId));
  expect(changes).toEqual(['AutoScalingGroup']);
  expect(plans.flatMap(({ drift }) => drift?.changes ?? [])).toEqual([]);

  const [awake] = await Promise.all([turn('wake', LAB), turn('wake', LAB)]);
  expect(await sizes(LAB)).toEqual(before);
  expect(awake.outputs.environment).toEqual(deployed.outputs.environment);
  expect((await run('plan', LAB_INPUTS)).outputs['has-changes']).toBe(false);
});

it('a preview on a base that sleeps wakes the base, and each keeps what is its own', async () => {
  await turn('sleep', LAB);
  await run('deploy', ON_BASE);
  const [base, preview] = [await sizes(LAB), await sizes(PREVIEW)];
  expect(base.nodes).toBeGreaterThan(0);
  expect(preview).toEqual({ min: 1, desired: 1, max: 2, nodes: 1 });
  const kept = await turn('sleep', LAB);
  expect(kept.notes.join()).toContain(`environments on its cluster are awake: ${PREVIEW}`);
  await turn('sleep', PREVIEW);
  await turn('sleep', LAB);
  expect([await sizes(LAB), await sizes(PREVIEW)]).toEqual([
    { ...base, ...ASLEEP },
    { ...preview, ...ASLEEP },
  ]);
  // A push while it sleeps, with other sizes.
  const more = ON_BASE['node-groups'].replace('desired: 1', 'desired: 2');
  await run('deploy', { ...ON_BASE, 'node-groups': more });
  expect([await sizes(LAB), await sizes(PREVIEW)]).toEqual([
    base,
    { min: 1, desired: 2, max: 2, nodes: 2 },
  ]);
});

it('a sleep while a deploy is under way ends with what the later of both has asked for', async () => {
  const one = ON_BASE['node-groups'].replace('max: 2', 'max: 3');
  const deploying = run('deploy', { ...ON_BASE, 'node-groups': one });
  const client = new CloudFormationClient({
    endpoint: job.aws.endpoint,
    region: REGION,
    credentials: { accessKeyId: 'AKIAREHEARSALACCOUNT', secretAccessKey: 'secret' },
  });
  await vi.waitUntil(
    async () => {
      const { Stacks = [] } = await client.send(
        new DescribeStacksCommand({ StackName: `${PREVIEW}-ng1` }),
      );
      return Stacks[0]?.StackStatus === 'UPDATE_IN_PROGRESS';
    },
    { timeout: 60_000, interval: 20 },
  );
  await Promise.all([deploying, turn('sleep', PREVIEW)]);
  expect(await sizes(PREVIEW)).toEqual({ ...ASLEEP, max: 3 });
  await turn('wake', PREVIEW);
  expect(await sizes(PREVIEW)).toEqual({ min: 1, desired: 1, max: 3, nodes: 1 });
});

it('is destroyed asleep, with nothing left', async () => {
  await turn('sleep', PREVIEW);
  await run('destroy', ON_BASE);
  await turn('sleep', LAB);
  await run('destroy', LAB_INPUTS);
  expect(leftovers(empty, await inventory())).toEqual({});
});
