import { describe, expect, it } from 'vitest';
import { reportMarkdown } from '../report.ts';
import { provisionWorld } from '../testing/provision-world.ts';

const GROUP = 'eks-multus-cluster-ng1';
const NO_CAPACITY =
  'There is no Spot capacity available that matches your request. Launching EC2 instance failed.';
const SPOT = {
  'node-groups': '[{ name: ng1, zone: ap-northeast-2a, desired: 1, capacity: spot }]',
};
const TYPE = 'm5.xlarge';

/** The account, in which spot instances of the group cost a dime. */
function spotWorld() {
  const world = provisionWorld();
  const { deps, stacks } = world;
  const price = { instanceType: TYPE, zone: 'ap-northeast-2a', perHour: 0.1 };
  deps.spotPrices = async () => ({ value: [price] });
  const capacities = () =>
    stacks.requests
      .filter(({ stackName }) => stackName === GROUP)
      .map(({ parameters }) => parameters['Capacity']);
  /** From now on, Auto Scaling says that its launches fail. */
  const failLaunches = (message: string | undefined) => {
    Object.assign(deps.rollout.groups, { launchFailure: async () => message });
  };
  return { ...world, capacities, failLaunches };
}

/** CloudFormation waits for the group until somebody deletes the stack. */
function hang({ stacks }: ReturnType<typeof spotWorld>): void {
  stacks.scripts.set(GROUP, [
    { afterMs: 500, status: 'CREATE_IN_PROGRESS' },
    { afterMs: 500, status: 'CREATE_IN_PROGRESS', resource: 'AutoScalingGroup' },
  ]);
  stacks.onCall = () => {
    if (stacks.calls.at(-1) === `deleteStack ${GROUP}`) stacks.scripts.delete(GROUP);
  };
}

/** The group fails once, as CloudFormation words it. */
function fail(world: ReturnType<typeof spotWorld>, verb: string, reason: string): void {
  const { stacks } = world;
  const failed = { status: `${verb}_FAILED`, resource: 'AutoScalingGroup', reason };
  const rolledBack = verb === 'CREATE' ? 'ROLLBACK' : 'UPDATE_ROLLBACK';
  stacks.scripts.set(GROUP, [
    { afterMs: 500, status: `${verb}_IN_PROGRESS` },
    { afterMs: 60_000, ...failed },
    { afterMs: 500, status: `${rolledBack}_IN_PROGRESS` },
    { afterMs: 500, status: `${rolledBack}_COMPLETE` },
  ]);
  const before = executions(world);
  stacks.onCall = () => {
    if (executions(world) > before) stacks.scripts.delete(GROUP);
  };
}

/** How often the group's stack was made or changed. */
function executions({ stacks }: ReturnType<typeof spotWorld>): number {
  return stacks.calls.filter((call) => call.startsWith(`executeChangeSet ${GROUP}`)).length;
}

describe('a new spot group', () => {
  it('is made of spot instances while EC2 has some, at their price', async () => {
    const world = spotWorld();
    const report = await world.run(SPOT);
    expect(world.capacities()).toEqual(['spot']);
    expect(report?.outputs.price).toMatch(
      /\(on-demand prices of ap-northeast-2 as of [\d-]+; spot prices of EC2 at [\d-]+ [\d:]+ UTC\)$/,
    );
    expect(report && reportMarkdown(report)).toMatch(
      /\| m5\.xlarge, spot in ap-northeast-2a \| 1 \| 0\.1000 \| 0\.1000 \|/,
    );
  });

  it('is given up as soon as EC2 says that it has none, and made on demand', async () => {
    const world = spotWorld();
    hang(world);
    world.failLaunches(NO_CAPACITY);
    const began = world.deps.clock.now();
    const report = await world.run(SPOT);
    expect(world.capacities()).toEqual(['spot', 'on-demand-instead-of-spot']);
    expect(report?.notes).toContainEqual(
      `EC2 has no spot capacity for node group ng1 (m5.xlarge in ap-northeast-2a): ${NO_CAPACITY} The group gets on-demand instances instead.`,
    );
    expect(report?.outputs.price).not.toContain('spot');
    expect(world.deps.clock.now() - began).toBeLessThan(5 * 60_000);
    await world.run(SPOT);
    expect(world.capacities().at(-1)).toBe('on-demand-instead-of-spot');
    await world.run({ 'node-groups': '[{ name: ng1, zone: ap-northeast-2a, desired: 1 }]' });
    await world.run(SPOT);
    expect(world.capacities().slice(-2)).toEqual(['on-demand', 'spot']);
  });

  it('is made on demand, too, when CloudFormation itself gives it up for that reason', async () => {
    const world = spotWorld();
    fail(world, 'CREATE', `Group did not stabilize. Last scaling activity: ${NO_CAPACITY}`);
    await world.run(SPOT);
    expect(world.capacities()).toEqual(['spot', 'on-demand-instead-of-spot']);
  });

  it('fails as any group when it fails for another reason', async () => {
    const world = spotWorld();
    fail(world, 'CREATE', 'Group did not stabilize. Last scaling activity: no addresses left');
    world.failLaunches('no addresses left');
    await expect(world.run(SPOT)).rejects.toThrow(/no addresses left/);
    expect(world.capacities()).toEqual(['spot']);
  });

  it('fails rather than cost more than max-price-per-hour on demand', async () => {
    const world = spotWorld();
    hang(world);
    world.failLaunches(NO_CAPACITY);
    await expect(world.run({ ...SPOT, 'max-price-per-hour': '0.35' })).rejects.toThrow(
      /node group ng1.*no spot capacity.*would cost more: .*max-price-per-hour.*at least 0\.4/s,
    );
    expect(world.capacities()).toEqual(['spot']);
  });

  it('is not made again when somebody destroys the environment meanwhile', async () => {
    const world = spotWorld();
    fail(world, 'CREATE', NO_CAPACITY);
    const { stacks } = world;
    stacks.scripts.set('delete eks-multus-cluster', [{ status: 'DELETE_IN_PROGRESS' }]);
    const destroy = async () => {
      while (executions(world) === 0) await world.deps.clock.sleep(1000);
      const infra = await stacks.describe('eks-multus-cluster');
      await stacks.deleteStack(infra?.id ?? '');
    };
    const [deployed] = await Promise.allSettled([world.run(SPOT), destroy()]);
    expect(deployed).toMatchObject({
      reason: { message: expect.stringContaining('somebody is destroying this environment') },
    });
    expect(world.capacities()).toEqual(['spot']);
  });
});

it('a spot group that cannot grow is updated to on demand', async () => {
  const world = spotWorld();
  await world.run(SPOT);
  fail(world, 'UPDATE', 'Group did not stabilize.');
  world.failLaunches(NO_CAPACITY);
  await world.run({
    'node-groups': '[{ name: ng1, zone: ap-northeast-2a, desired: 2, capacity: spot }]',
  });
  expect(world.capacities()).toEqual(['spot', 'spot', 'on-demand-instead-of-spot']);
});

it('a group that exists is never given up, not even when the cluster is changed before it', async () => {
  const world = spotWorld();
  await world.run(SPOT);
  world.failLaunches(NO_CAPACITY);
  world.stacks.scripts.set(GROUP, [
    { afterMs: 500, status: 'UPDATE_IN_PROGRESS' },
    { afterMs: 600_000, status: 'UPDATE_COMPLETE' },
  ]);
  await world.run({
    'node-groups': '[{ name: ng1, zone: ap-northeast-2a, desired: 2, capacity: spot }]',
    'control-plane-logs': 'none',
  });
  expect(world.stacks.calls.filter((call) => call.startsWith('deleteStack'))).toEqual([]);
  expect(world.capacities()).toEqual(['spot', 'spot']);
});

it('counts spot instances as on demand when EC2 does not tell their price', async () => {
  const world = spotWorld();
  world.deps.spotPrices = async () => ({ unknown: 'the role may not ask', denied: true });
  const report = await world.run({ ...SPOT, command: 'plan' });
  expect(report?.outputs['price-per-hour']).toBe('0.407');
  expect(report?.outputs.price).toContain('counted as on demand');
});
