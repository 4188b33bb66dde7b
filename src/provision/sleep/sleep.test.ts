import { beforeEach, expect, it } from 'vitest';
import { LAB_INPUTS } from '../../../dev/testing/samples/lab-inputs.ts';
import { asleepPrice } from '../price/asleep-price.ts';
import { provisionWorld } from '../testing/provision-world.ts';

const GROUP = 'eks-multus-cluster-ng1';
const PREVIEW = 'eks-multus-pr-7';
let world: ReturnType<typeof provisionWorld>;

beforeEach(async () => {
  world = provisionWorld();
  await world.run();
  world.stacks.requests.length = 0;
});

/** Runs a command with no other inputs than a schedule has. */
async function turn(command: 'sleep' | 'wake' | 'renew', environment = 'eks-multus-cluster') {
  const none = Object.fromEntries(Object.keys(LAB_INPUTS).map((name) => [name, '']));
  const { 'aws-region': region = '' } = LAB_INPUTS;
  return world.run({ ...none, environment, 'aws-region': region, command });
}

/** A preview on the lab's cluster, as `groups` has it. */
async function preview(inputs: Readonly<Record<string, string>> = {}) {
  const onBase = { environment: PREVIEW, 'base-environment': 'eks-multus-cluster' };
  world.stacks.outputs.set(`${PREVIEW}-ng1`, {
    NodeInstanceRoleArn: 'arn:aws:iam::123456789012:role/node',
    AutoScalingGroupName: `${PREVIEW}-ng1`,
  });
  return world.run({ 'vpc-cidr': '', 'availability-zones': '', ...onBase, ...inputs });
}

const requested = () => world.stacks.requests.map(({ stackName }) => stackName);

it('changes one parameter of each node group, and leaves all others to CloudFormation', async () => {
  const before = (await world.stacks.describe(GROUP))?.parameters ?? {};
  const report = await turn('sleep');
  expect(requested()).toEqual([GROUP]);
  const [request] = world.stacks.requests;
  expect(request?.parameters).toEqual({ Asleep: 'true' });
  expect(new Set(request?.previous)).toEqual(
    new Set(Object.keys(before).filter((name) => name !== 'Asleep')),
  );
  const now = (await world.stacks.describe(GROUP))?.parameters;
  expect(now).toEqual({ ...before, Asleep: 'true' });
  expect(report?.outputs).toMatchObject({ asleep: true, environment: { asleep: true } });
});

it('tells what an hour asleep costs, and what goes on', async () => {
  const report = await turn('sleep');
  expect(report?.outputs.price).toBe(
    '0.165 dollars per hour (on-demand prices of ap-northeast-2 as of 2025-03-02) while it sleeps, for EKS cluster, NAT gateway, its public IPv4 address, KMS key for secrets. Volumes and load balancers of workloads cost on',
  );
});

it.each([
  [{ GivenClusterName: 'theirs' }, 'nothing while it sleeps. The cluster is that of others. '],
  [{ NatGateways: 'none' }, '0.101 dollars per hour (on-demand prices of ap-northeast-2'],
  [{ NatGateways: 'per-az' }, 'EKS cluster, 2 × NAT gateway, 2 × its public IPv4 address, KMS key'],
  [
    { Internet: 'none' },
    'for EKS cluster, NAT gateway, its public IPv4 address, 8 × VPC endpoint in a zone',
  ],
])('costs by the stack, with %o', async (changes, expected) => {
  const infra = await named('eks-multus-cluster');
  const parameters = { ...infra.parameters, ...changes };
  expect(
    asleepPrice('ap-northeast-2', { base: undefined, infra: { ...infra, parameters } }),
  ).toContain(expected);
});

it('does nothing a second time', async () => {
  await turn('sleep');
  world.stacks.requests.length = 0;
  const report = await turn('sleep');
  expect(requested()).toEqual([]);
  expect(report?.notes).toEqual(['Nothing was changed: eks-multus-cluster is asleep.']);
});

it('wakes to the environment that a deploy has described', async () => {
  const awake = (await turn('renew'))?.outputs.environment;
  await turn('sleep');
  const report = await turn('wake');
  expect(report?.outputs.environment).toEqual(awake);
  expect(report?.outputs).toMatchObject({ asleep: false });
  expect(report?.outputs.price).toBeUndefined();
});

it('is ended by a deploy, whose plan says so', async () => {
  await turn('sleep');
  const plan = await world.run({ command: 'plan' });
  expect(plan?.notes).toContain(`These sleep, and the deploy wakes them: ${GROUP}.`);
  await world.run();
  expect((await world.stacks.describe(GROUP))?.parameters['Asleep']).toBe('false');
});

it('leaves a stack with a template of others alone', async () => {
  world.stacks.template = async () => 'Resources: {}';
  const report = await turn('sleep');
  expect(requested()).toEqual([]);
  expect(report?.notes.join()).toContain(
    `${GROUP} stays awake: it has another template than this release of the pack.`,
  );
});

it.each([
  ['is gone', async () => world.run({ command: 'destroy' })],
  ['is being destroyed', beginDestroy],
])('has nothing to do when the environment %s', async (_, before) => {
  await before();
  const report = await turn('sleep');
  expect(requested()).toEqual([]);
  expect(report?.notes).toEqual([
    'Nothing to do: eks-multus-cluster is gone, or is being destroyed.',
  ]);
});

async function beginDestroy() {
  const all = await world.stacks.list();
  world.stacks.list = async () =>
    all.map((one) => (one.name === GROUP ? { ...one, status: 'DELETE_IN_PROGRESS' } : one));
}

async function named(name: string) {
  const stack = await world.stacks.describe(name);
  if (stack === undefined) throw new Error(`no ${name}`);
  return stack;
}

it('warns of instances that do not end', async () => {
  const { groups } = world.deps.rollout;
  const instances = [{ id: 'i-1', phase: 'leaving', template: undefined }] as const;
  groups.describe = async (name) => ({
    ...{ name, desired: 0, max: 3, template: undefined, suspended: [], tags: {} },
    instances,
  });
  const report = await turn('sleep');
  expect(report?.notes).toContain('These instances have not ended yet, and cost money: i-1.');
});

it('keeps a base awake for its guests, lets both sleep, and wakes the base with a guest', async () => {
  await preview();
  const refused = await turn('sleep');
  expect(refused?.notes.join()).toContain(
    `${GROUP} stays awake: environments on its cluster are awake: ${PREVIEW}.`,
  );
  const guest = await turn('sleep', PREVIEW);
  expect(guest?.outputs.price).toBe(
    'nothing while it sleeps. The cluster is that of eks-multus-cluster. Volumes and load balancers of workloads cost on',
  );
  expect((await turn('sleep'))?.outputs.asleep).toBe(true);
  world.stacks.requests.length = 0;
  await turn('wake', PREVIEW);
  expect(requested().sort()).toEqual([GROUP, `${PREVIEW}-ng1`].sort());
});

it('a deploy on a base that sleeps wakes the base, and its plan says so', async () => {
  await turn('sleep');
  const plan = await preview({ command: 'plan' });
  expect(plan?.notes).toContain(`eks-multus-cluster sleeps. The deploy wakes ${GROUP}.`);
  expect((await named(GROUP)).parameters['Asleep']).toBe('true');
  await preview();
  expect((await named(GROUP)).parameters['Asleep']).toBe('false');
});

it('wakes a base again for which a guest was deployed in the meantime', async () => {
  await preview();
  await turn('sleep', PREVIEW);
  const list = world.stacks.list.bind(world.stacks);
  let looks = 0;
  world.stacks.list = async () => {
    looks += 1;
    const all = await list();
    if (looks === 1) return all;
    const wake = (parameters: Readonly<Record<string, string>>) => ({
      ...parameters,
      Asleep: 'false',
    });
    return all.map((one) =>
      one.name === `${PREVIEW}-ng1` ? { ...one, parameters: wake(one.parameters) } : one,
    );
  };
  const report = await turn('sleep');
  expect(report?.notes).toContain(
    `eks-multus-cluster wakes again, because it is needed by ${PREVIEW}.`,
  );
  expect(report?.outputs.asleep).toBe(false);
});
