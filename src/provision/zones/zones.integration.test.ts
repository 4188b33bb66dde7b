import { DescribeLaunchTemplateVersionsCommand } from '@aws-sdk/client-ec2';
import type { V1Node, V1Pod } from '@kubernetes/client-node';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { steadyPacing } from '../../../dev/stand-ins/aws/cloudformation/pacing/pacing.ts';
import { type Inventory, leftovers, takeInventory } from '../../../dev/stand-ins/aws/inventory.ts';
import { REGION } from '../../../dev/stand-ins/aws/testing/local-aws.ts';
import { startTestAws, type TestAws } from '../../../dev/stand-ins/aws/testing/stand-in.ts';
import {
  type FakeKubelets,
  startFakeKubelets,
} from '../../../dev/testing/rollout/fake-kubelets.ts';
import { type NodeCluster, startNodeCluster } from '../../../dev/testing/rollout/node-cluster.ts';
import {
  startWorkload,
  untilAllReady,
  watchBudget,
} from '../../../dev/testing/rollout/watched-workload.ts';
import { LAB_INPUTS } from '../../../dev/testing/samples/lab-inputs.ts';
import type { Report } from '../report.ts';
import { provisionInProcess } from '../testing/provision-in-process.ts';

/**
 * One entry of node-groups whose zones come and go: AWS by the stand-in, a real API server with its controllers and
 * scheduler. The nodes are Node objects on which nothing runs.
 */

const SPEED = 20;
const LAB = 'eks-multus-cluster';
let aws: TestAws;
let cluster: NodeCluster;
let kubelets: FakeKubelets;
let empty: Inventory;

beforeAll(async () => {
  const pacing = steadyPacing(SPEED);
  [aws, cluster] = await Promise.all([startTestAws({ pacing }), startNodeCluster()]);
  const { api, rest } = cluster.connection;
  kubelets = startFakeKubelets({ autoscaling: aws.clients.autoscaling, api, rest });
  vi.stubEnv('AWS_ENDPOINT_URL', aws.endpoint);
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIAREHEARSALACCOUNT');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret');
  empty = await inventory();
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await kubelets?.stop();
  await Promise.all([cluster?.stop(), aws?.stop()]);
});

const inventory = () => takeInventory({ endpoint: aws.endpoint, region: REGION });

function run(
  command: string,
  letters: readonly string[],
  more: Readonly<Record<string, string>> = {},
): Promise<Report> {
  const zones = letters.map((letter) => `${REGION}${letter}`);
  const inputs = {
    ...LAB_INPUTS,
    'availability-zones': ['a', 'b', 'c'].map((letter) => `${REGION}${letter}`).join(),
    'node-groups': `[{ name: workers, zones: [${zones}], min: 1, desired: 2, max: 3 }]`,
    ...more,
    command,
  };
  const { api } = cluster.connection;
  const connect = async () => cluster.connection;
  return provisionInProcess(inputs, { speed: SPEED, kubernetes: api, connect });
}

/** The nodes of each zone; what stays has the same ones. */
async function nodesByZone(): Promise<Readonly<Record<string, readonly string[]>>> {
  const nodes = await cluster.connection.api.list<V1Node>('/api/v1/nodes');
  const zoneOf = ({ metadata }: V1Node) =>
    (metadata?.labels?.['topology.kubernetes.io/zone'] ?? '').slice(-1);
  return Object.fromEntries(
    [...Map.groupBy(nodes, zoneOf)].map(([zone, all]) => [
      zone,
      all.map(({ metadata }) => metadata?.name ?? '').toSorted(),
    ]),
  );
}

async function untilNodes(letters: readonly string[]): Promise<void> {
  await vi.waitUntil(
    async () => {
      const found = await nodesByZone();
      const full = Object.values(found).every((nodes) => nodes.length === 2);
      return full && Object.keys(found).toSorted().join() === letters.join();
    },
    { timeout: 60_000, interval: 100 },
  );
}

/** The labels with which the nodes of each group register. */
async function nodeLabels(): Promise<readonly string[]> {
  const { LaunchTemplateVersions = [] } = await aws.clients.ec2.send(
    new DescribeLaunchTemplateVersionsCommand({ Versions: ['$Latest'] }),
  );
  return LaunchTemplateVersions.flatMap(({ LaunchTemplateData }) => {
    const text = Buffer.from(LaunchTemplateData?.UserData ?? '', 'base64').toString();
    return /--node-labels=(\S+)/.exec(text)?.[1] ?? [];
  });
}

const planOf = ({ outputs }: Report) =>
  outputs.plan?.map(({ stack, action }) => `${stack.replace(`${LAB}-`, '')}: ${action}`);

it('makes a group in each zone, whose nodes have the name of the entry as their label', async () => {
  await run('deploy', ['a', 'b']);
  await untilNodes(['a', 'b']);
  const labels = `eks-multus-actions/node-group=workers,eks-multus-actions/environment=${LAB}`;
  expect(await nodeLabels()).toEqual([labels, labels]);
});

it('adds a zone, and changes nothing of the others', async () => {
  const before = await nodesByZone();
  const planned = planOf(await run('plan', ['c', 'a', 'b']));
  const expected = [`${LAB}: none`, 'workers-c: create', 'workers-a: none', 'workers-b: none'];
  expect(planned?.toSorted()).toEqual(expected.toSorted());
  await run('deploy', ['c', 'a', 'b']);
  await untilNodes(['a', 'b', 'c']);
  expect(await nodesByZone()).toMatchObject(before);
});

it('gives a zone up: its pods leave as their budget allows, then its nodes end, and no others', async () => {
  const { api } = cluster.connection;
  await startWorkload(api);
  await untilAllReady(api);
  const before = await nodesByZone();
  const planned = await run('plan', ['a', 'c']);
  expect(planOf(planned)).toContain('workers-b: delete');
  const removal = planned.outputs.plan?.find(({ action }) => action === 'delete');
  expect(removal?.changes).toContainEqual(
    expect.objectContaining({ action: 'Remove', logicalId: 'AutoScalingGroup' }),
  );
  expect(await nodesByZone()).toEqual(before);
  const budget = watchBudget(api);
  const { outputs, stacks } = await run('deploy', ['a', 'c']);
  await untilNodes(['a', 'c']);
  await untilAllReady(api);
  expect((await budget.stop()).violations).toBe(0);
  expect(stacks).toContainEqual(
    expect.objectContaining({ name: `${LAB}-workers-b`, outcome: 'deleted' }),
  );
  expect(outputs.environment?.nodeGroups.map(({ name }) => name)).toEqual([
    'workers-a',
    'workers-c',
  ]);
  const { b: _, ...others } = before;
  expect(await nodesByZone()).toEqual(others);
  expect(planOf(await run('plan', ['a', 'c']))?.filter((one) => !one.endsWith('none'))).toEqual([]);
});

it('leaves a zone as it was when its pods may not leave', async () => {
  const { api } = cluster.connection;
  const pods = await api.list<V1Pod>('/api/v1/pods', { labelSelector: 'app=web' });
  const before = await nodesByZone();
  const zone = before['a']?.includes(pods[0]?.spec?.nodeName ?? '') ? 'a' : 'c';
  const budget = { kind: 'PodDisruptionBudget', metadata: { name: 'web', namespace: 'default' } };
  const spec = { maxUnavailable: 0, selector: { matchLabels: { app: 'web' } } };
  await api.apply({ apiVersion: 'policy/v1', ...budget, spec });
  await vi.waitUntil(
    async () => {
      const found = await api.read<{ status?: { disruptionsAllowed?: number } }>(
        '/apis/policy/v1/namespaces/default/poddisruptionbudgets/web',
      );
      return found?.status?.disruptionsAllowed === 0;
    },
    { timeout: 20_000, interval: 100 },
  );
  const others = ['a', 'c'].filter((one) => one !== zone);
  const failed = run('deploy', others, { 'drain-timeout': '1' });
  await expect(failed).rejects.toThrow(/pods do not leave: pod default\/web-.* stays/);
  expect(await nodesByZone()).toEqual(before);
  const nodes = await api.list<V1Node>('/api/v1/nodes');
  expect(nodes.filter(({ spec: of }) => of?.unschedulable === true)).toEqual([]);
  // Listed again, nothing is left to do.
  const again = planOf(await run('plan', ['a', 'c']));
  expect(again?.filter((one) => !one.endsWith('none'))).toEqual([]);
});

it('is destroyed with all of its zones', async () => {
  await cluster.connection.api.remove(
    '/apis/policy/v1/namespaces/default/poddisruptionbudgets/web',
  );
  await run('destroy', ['a']);
  expect(leftovers(empty, await inventory())).toEqual({});
});
