import type { V1Node, V1Pod, V1PodDisruptionBudget } from '@kubernetes/client-node';
import { afterEach, expect, it, vi } from 'vitest';
import { type SpotNode, startSpotNode } from '../../dev/testing/node-boot/spot-node.ts';
import { joinNode } from '../../dev/testing/servers/join-node.ts';
import { setUpApiServer } from '../../dev/testing/setup/api-server.ts';

const PODS = '/api/v1/namespaces/default/pods';
const BUDGETS = '/apis/policy/v1/namespaces/default/poddisruptionbudgets';
const WITHIN = { timeout: 30_000, interval: 100 };

const cluster = setUpApiServer();
const api = () => cluster.connection.api;
let node: SpotNode | undefined;
afterEach(() => node?.stop());

/** A pod on a node, as its kubelet reports it. */
async function runPod(name: string, nodeName: string, { owner = 'ReplicaSet', phase = 'Running' }) {
  const ownerReferences = [{ apiVersion: 'apps/v1', kind: owner, name: 'owner', uid: 'uid-1' }];
  const spec = { nodeName, containers: [{ name: 'app', image: 'registry.invalid/app' }] };
  const metadata = { name, labels: { app: name }, ownerReferences };
  await api().create<V1Pod>(PODS, { metadata, spec });
  const conditions = [{ type: 'Ready', status: phase === 'Running' ? 'True' : 'False' }];
  await cluster.connection.rest({
    method: 'PATCH',
    path: `${PODS}/${name}/status`,
    body: { status: { phase, conditions } },
    contentType: 'application/merge-patch+json',
  });
}

/** Says, as the disruption controller does, how many pods of a budget may be evicted now. */
async function allow(name: string, disruptionsAllowed: number) {
  const budget = await api().get<V1PodDisruptionBudget>(`${BUDGETS}/${name}`);
  const observedGeneration = budget.metadata?.generation ?? 1;
  const status = {
    observedGeneration,
    disruptionsAllowed,
    currentHealthy: 1,
    desiredHealthy: 1 - disruptionsAllowed,
    expectedPods: 1,
  };
  await api().replace(`${BUDGETS}/${name}/status`, { ...budget, status });
}

async function ending(): Promise<readonly string[]> {
  const pods = await api().list<V1Pod>(PODS);
  return pods
    .filter(({ metadata }) => metadata?.deletionTimestamp !== undefined)
    .map(({ metadata }) => metadata?.name ?? '')
    .toSorted();
}

it('leaves a node alone until EC2 gives notice, then cordons it and evicts its pods as budgets allow', async () => {
  await joinNode(cluster.connection, 'spot-1');
  await joinNode(cluster.connection, 'spot-2');
  await runPod('free', 'spot-1', {});
  await runPod('guarded', 'spot-1', {});
  await runPod('agent', 'spot-1', { owner: 'DaemonSet' });
  await runPod('done', 'spot-1', { phase: 'Succeeded' });
  await runPod('elsewhere', 'spot-2', {});
  const selector = { matchLabels: { app: 'guarded' } };
  await api().create(BUDGETS, {
    metadata: { name: 'guarded' },
    spec: { minAvailable: 1, selector },
  });
  await allow('guarded', 0);
  node = await startSpotNode(cluster.kubeconfig, 'spot-1');
  const isCordoned = async (name: string) =>
    (await api().get<V1Node>(`/api/v1/nodes/${name}`)).spec?.unschedulable === true;

  await node.looked;
  expect(await isCordoned('spot-1')).toBe(false);
  expect(await ending()).toEqual([]);

  node.interrupt();
  await vi.waitFor(async () => expect(await ending()).toEqual(['free']), WITHIN);
  expect(await isCordoned('spot-1')).toBe(true);

  await allow('guarded', 1);
  const output = await node.ended;
  expect(output).toContain('"action":"terminate"');
  expect(output).toContain('\ncordoned spot-1\n');
  expect(output).toMatch(/evicted default\/pods\/guarded\n(.*\n)*drained\nexit code 0$/);
  expect(await ending()).toEqual(['free', 'guarded']);
  expect(await isCordoned('spot-2')).toBe(false);
});

it('has no right to more than that', async () => {
  node = await startSpotNode(cluster.kubeconfig, 'spot-1');
  const eviction = {
    apiVersion: 'policy/v1',
    kind: 'Eviction',
    metadata: { name: 'elsewhere', namespace: 'default' },
  };
  const taints = [{ key: 'mine', effect: 'NoSchedule' }];
  expect(await node.ask('POST', `${PODS}/elsewhere/eviction`, eviction)).toBe(403);
  expect(await node.ask('PATCH', '/api/v1/nodes/spot-2', { spec: { unschedulable: true } })).toBe(
    403,
  );
  expect(await node.ask('PATCH', '/api/v1/nodes/spot-1', { spec: { taints } })).toBe(403);
});
