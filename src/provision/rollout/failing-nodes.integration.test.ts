import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { startTestAws, type TestAws } from '../../../dev/stand-ins/aws/testing/stand-in.ts';
import { fastClock } from '../../../dev/testing/fakes/fast-clock.ts';
import { recordingLog } from '../../../dev/testing/fakes/recording-log.ts';
import {
  type FakeKubelets,
  startFakeKubelets,
} from '../../../dev/testing/rollout/fake-kubelets.ts';
import { type NodeCluster, startNodeCluster } from '../../../dev/testing/rollout/node-cluster.ts';
import {
  faultsOf,
  GROUP,
  readGroupFacts,
  rolledInputs,
} from '../../../dev/testing/rollout/rolled-group.ts';
import {
  startWorkload,
  untilAllReady,
  watchBudget,
} from '../../../dev/testing/rollout/watched-workload.ts';
import type { Probe } from '../../rollout/group-state.ts';
import { type Machines, machinesOf } from '../../rollout/machines.ts';
import { type RolloutResult, roll } from '../../rollout/rollout.ts';
import { scalingGroups } from '../../rollout/scaling-group.ts';
import { provisionInProcess } from '../testing/provision-in-process.ts';

const SPEED = 20;
const NODES = 2;
const clock = fastClock(SPEED);
const MINUTE = 60_000;
let aws: TestAws;
let cluster: NodeCluster;
let kubelets: FakeKubelets;
let volumeSize = 50;

beforeAll(async () => {
  [aws, cluster] = await Promise.all([startTestAws(), startNodeCluster()]);
  const { api, rest } = cluster.connection;
  kubelets = startFakeKubelets({ autoscaling: aws.clients.autoscaling, api, rest });
  vi.stubEnv('AWS_ENDPOINT_URL', aws.endpoint);
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIAREHEARSALACCOUNT');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret');
  await makeOutdated();
  await startWorkload(api);
  await untilAllReady(api);
  await makeOutdated();
});
afterAll(async () => {
  await kubelets?.stop();
  await Promise.all([cluster?.stop(), aws?.stop()]);
});

/** Deploys a new template version, without a rollout. The first call makes the environment. */
async function makeOutdated(): Promise<void> {
  volumeSize += 1;
  const inputs = { ...rolledInputs(volumeSize, NODES), rollout: 'never' };
  await provisionInProcess(inputs, { speed: SPEED, kubernetes: cluster.connection.api });
}

/** One run of a rollout with the adapters of the action. `joinMs` is short, because nothing boots here. */
async function rollOnce(probe: Probe = { result: 'passed' }): Promise<RolloutResult> {
  const result: RolloutResult = { rows: [] };
  const { autoscaling, ec2 } = aws.clients;
  const group = {
    name: GROUP,
    cluster: 'eks-multus-cluster',
    declared: NODES,
    wanted: {
      imageId: undefined,
      instanceType: undefined,
      prefixes: undefined,
      kubernetesVersion: undefined,
    },
  };
  await roll(
    {
      environment: 'eks-multus-cluster',
      cluster: 'eks-multus-cluster',
      groups: [group],
      limits: { maxSurge: 1, maxUnavailable: 0, drainMs: 5 * MINUTE, joinMs: 3 * MINUTE },
      everyNode: false,
    },
    {
      groups: scalingGroups(autoscaling, autoscaling),
      machines: onClock(machinesOf(ec2)),
      api: cluster.connection.api,
      probe: async () => probe,
      clock,
      log: recordingLog(),
      deadline: clock.now() + 60 * MINUTE,
    },
    result,
  );
  return result;
}

/** The test's clock is ahead of AWS's. */
function onClock(machines: Machines): Machines {
  return {
    ...machines,
    async describe(group) {
      const found = await machines.describe(group);
      return found.map(({ launchedAt, ...one }) => ({
        ...one,
        launchedAt: launchedAt === undefined ? undefined : clock.at(new Date(launchedAt)),
      }));
    },
  };
}

/** How many old nodes there are, and how many nodes take no pods. */
async function stillServing() {
  const { cordoned, outdated } = await readGroupFacts(aws.clients, cluster.connection.api);
  return { old: outdated.length, cordoned: cordoned.length };
}

// One rollout, which three nodes in turn stop, before two runs at once end it.

it('stops at a node that never joins', async () => {
  kubelets.joinsNobody = true;
  const failed = rollOnce();
  await expect(failed).rejects.toThrow(/instance i-\w+ has not joined the cluster 3 minutes/);
  await expect(failed).rejects.toThrow(/read its boot log.*get-console-output/);
  expect(await stillServing()).toEqual({ old: NODES, cordoned: 0 });
  kubelets.joinsNobody = false;
});

it('replaces that node, and stops at one that is not Ready, with its reason', async () => {
  kubelets.notReady = 'cni plugin not initialized';
  await expect(rollOnce()).rejects.toThrow(
    /node node-i-\w+ \(i-\w+\) is not Ready 3 minutes after its launch: cni plugin not initialized/,
  );
  // The node that is not Ready takes no pods when it becomes so.
  expect(await stillServing()).toEqual({ old: NODES, cordoned: 1 });
  kubelets.notReady = undefined;
});

it('stops at a node whose probe fails, and keeps pods off it', async () => {
  await expect(rollOnce({ result: 'failed', why: 'reachability of eth1' })).rejects.toThrow(
    /has failed its probe: reachability of eth1/,
  );
  expect(await stillServing()).toEqual({ old: NODES, cordoned: 1 });
});

it('loses nothing when the stack changes in between, and ends with two runs at once', async () => {
  await makeOutdated();
  const budget = watchBudget(cluster.connection.api);
  const results = await Promise.all([rollOnce(), rollOnce()]);
  const facts = await readGroupFacts(aws.clients, cluster.connection.api);
  expect(faultsOf(facts, NODES)).toEqual([]);
  expect((await budget.stop()).violations).toBe(0);
  const ended = results.flatMap(({ rows }) => rows.filter(({ state }) => state === 'ended'));
  // The old ones, and the one that was new before the stack changed.
  expect(ended).toHaveLength(NODES + 1);
  for (const { interfaces } of results)
    expect(interfaces).toMatchObject({ leaked: [], doubled: [] });
});
