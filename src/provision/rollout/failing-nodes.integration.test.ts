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
  NODES,
  readGroupFacts,
  rolledInputs,
} from '../../../dev/testing/rollout/rolled-group.ts';
import {
  startWorkload,
  untilAllReady,
  watchBudget,
} from '../../../dev/testing/rollout/watched-workload.ts';
import type { Probe } from '../../rollout/group-state.ts';
import { machinesOf } from '../../rollout/machines.ts';
import { type RolloutResult, roll } from '../../rollout/rollout.ts';
import { scalingGroups } from '../../rollout/scaling-group.ts';
import { provisionInProcess } from '../testing/provision-in-process.ts';

const SPEED = 20;
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
});
afterAll(async () => {
  await kubelets?.stop();
  await Promise.all([cluster?.stop(), aws?.stop()]);
});

/** Deploys a new template version, without a rollout. The first call makes the environment. */
async function makeOutdated(): Promise<void> {
  volumeSize += 1;
  const inputs = { ...rolledInputs(volumeSize), rollout: 'never' };
  await provisionInProcess(inputs, { speed: SPEED, kubernetes: cluster.connection.api });
}

/** One run of a rollout with the adapters of the action. `joinMs` is short, because nothing boots here. */
async function rollOnce(probe: Probe = { result: 'passed' }): Promise<RolloutResult> {
  const result: RolloutResult = { rows: [] };
  const { autoscaling, ec2 } = aws.clients;
  const group = {
    name: GROUP,
    cluster: 'eks-multus-cluster',
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
      machines: machinesOf(ec2),
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

/** What is wrong with the group, and how many of its nodes take pods. */
async function look() {
  const facts = await readGroupFacts(aws.clients, cluster.connection.api);
  return { facts, faults: faultsOf(facts), old: facts.outdated.length };
}

it('stops at a node that never joins, and replaces that node when it runs again', async () => {
  await makeOutdated();
  kubelets.joinsNobody = true;
  const failed = rollOnce();
  await expect(failed).rejects.toThrow(/instance i-\w+ has not joined the cluster 3 minutes/);
  await expect(failed).rejects.toThrow(/read its boot log.*get-console-output/);
  const stopped = await look();
  expect(stopped.old).toBe(NODES);
  expect(stopped.facts.cordoned).toEqual([]);
  kubelets.joinsNobody = false;
  const budget = watchBudget(cluster.connection.api);
  const { interfaces, rows } = await rollOnce();
  expect((await look()).faults).toEqual([]);
  expect((await budget.stop()).violations).toBe(0);
  expect(interfaces).toMatchObject({ leaked: [], doubled: [] });
  expect(rows.filter(({ state }) => state === 'ended')).toHaveLength(NODES + 1);
});

it('stops at a node that is not Ready, says its reason, and goes on when it is', async () => {
  await makeOutdated();
  kubelets.notReady = 'cni plugin not initialized';
  await expect(rollOnce()).rejects.toThrow(
    /node node-i-\w+ \(i-\w+\) is not Ready 3 minutes after its launch: cni plugin not initialized/,
  );
  const stopped = await look();
  expect(stopped.old).toBe(NODES);
  kubelets.notReady = undefined;
  await rollOnce();
  expect((await look()).faults).toEqual([]);
});

it('stops at a node whose probe fails and keeps pods off it, until its probe passes', async () => {
  await makeOutdated();
  await expect(rollOnce({ result: 'failed', why: 'reachability of eth1' })).rejects.toThrow(
    /has failed its probe: reachability of eth1/,
  );
  const stopped = await look();
  expect(stopped.old).toBe(NODES);
  expect(stopped.facts.cordoned).toHaveLength(1);
  await rollOnce();
  expect((await look()).faults).toEqual([]);
});

it('lets one of two runs at a time replace nodes', async () => {
  await makeOutdated();
  const budget = watchBudget(cluster.connection.api);
  const [first, second] = await Promise.all([rollOnce(), rollOnce()]);
  expect((await look()).faults).toEqual([]);
  expect((await budget.stop()).violations).toBe(0);
  const ended = [first, second].flatMap(({ rows }) =>
    rows.filter(({ state }) => state === 'ended'),
  );
  expect(ended).toHaveLength(NODES);
});
