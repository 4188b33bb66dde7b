import { expect, it } from 'vitest';
import { provisionWorld } from '../testing/provision-world.ts';

const ROLE = 'arn:aws:iam::123456789012:role/eks-multus-cloudformation';
const GUARDED = { 'cloudformation-role-arn': ROLE, 'expiry-guard': 'true' };
const EXPIRING = { ...GUARDED, 'ttl-hours': '24' };
const LAB = ['eks-multus-cluster', 'eks-multus-cluster-ng1'];

async function names({ stacks }: ReturnType<typeof provisionWorld>): Promise<readonly string[]> {
  return (await stacks.list()).map(({ name }) => name).sort();
}

it('deploys a guard for each stack, with its tags, its role and no protection', async () => {
  const world = provisionWorld();
  await world.run({ ...EXPIRING, 'termination-protection': 'true' });
  const all = await world.stacks.list();
  expect(all.map(({ name }) => name).sort()).toEqual(
    [...LAB, ...LAB.map((one) => `${one}-Guard`)].sort(),
  );
  const guard = all.find(({ name }) => name === 'eks-multus-cluster-ng1-Guard');
  expect(guard).toMatchObject({ roleArn: ROLE, terminationProtection: false });
  expect(guard?.tags['eks-multus:expires-at']).toBeDefined();
  expect(guard?.parameters).toMatchObject({
    GuardedStack: 'eks-multus-cluster-ng1',
    GuardRoleArn: `${ROLE}-guard`,
    ScheduleGroup: 'eks-multus-cloudformation-guard',
  });
});

it('guards the stack with the SSM parameters, too', async () => {
  const world = provisionWorld();
  await world.run({ ...EXPIRING, 'outputs-parameter-prefix': '/eks-multus' });
  const outputs = 'eks-multus-cluster-Outputs';
  expect(await names(world)).toEqual(expect.arrayContaining([outputs, `${outputs}-Guard`]));
});

it('guards nothing that does not expire, and says so', async () => {
  const world = provisionWorld();
  const report = await world.run(GUARDED);
  expect(await names(world)).toEqual(LAB);
  expect(report?.notes).toContain(
    'Nothing is guarded, because the environment does not expire (ttl-hours).',
  );
});

it.each([
  ['the input is gone', { 'cloudformation-role-arn': ROLE }],
  ['the environment does not expire any more', { ...GUARDED, 'ttl-hours': '0' }],
])('removes the guards when %s', async (_, inputs) => {
  const world = provisionWorld();
  await world.run(EXPIRING);
  await world.run(inputs);
  expect(await names(world)).toEqual(LAB);
});

it('removes the guards with the environment', async () => {
  const world = provisionWorld();
  await world.run(EXPIRING);
  await world.run({ ...GUARDED, command: 'destroy' });
  expect(await names(world)).toEqual([]);
});

it('plans the guards, and changes nothing', async () => {
  const world = provisionWorld();
  const report = await world.run({ ...EXPIRING, command: 'plan' });
  expect(report?.plans.map(({ name }) => name)).toContain('eks-multus-cluster-ng1-Guard');
  expect(await names(world)).toEqual([]);
});

it('has nothing to extend without guards', async () => {
  const world = provisionWorld();
  await world.run({ 'cloudformation-role-arn': ROLE });
  const report = await world.run({ command: 'extend', 'expires-at': '2036-01-01T00:00:00Z' });
  expect(report?.notes).toEqual(['eks-multus-cluster has no guard that could be moved.']);
});
