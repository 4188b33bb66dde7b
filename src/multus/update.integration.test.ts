import type { KubernetesObject, V1DaemonSet, V1Pod } from '@kubernetes/client-node';
import { beforeEach, describe, expect, it } from 'vitest';
import { recordingLog } from '../../dev/testing/fakes/recording-log.ts';
import { counts } from '../../dev/testing/samples/daemon-set.ts';
import { joinNode } from '../../dev/testing/servers/join-node.ts';
import { runNodeTasks } from '../../dev/testing/servers/run-node-tasks.ts';
import { setUpApiServer } from '../../dev/testing/setup/api-server.ts';
import { systemClock } from '../core/clock.ts';
import { GUARD, placeGuard } from './guard.ts';
import { installMultus, type MultusChoice, readMultus } from './install.ts';
import { removeMultus } from './remove.ts';
import { updateMultus } from './update.ts';

const SET = '/apis/apps/v1/namespaces/kube-system/daemonsets/kube-multus-ds';
const PODS = '/api/v1/namespaces/kube-system/pods';
const NODES = ['n1', 'n2'];
const ON_EACH = (command: string) => NODES.map((node) => `${node}: ${command}`);
const PLACED = ON_EACH(
  'cp -f /guard/multus-guard /host/opt/cni/bin/, cp -f /guard/01-multus-guard.conf /host/etc/cni/net.d/',
);
const RUNNING = { n1: {}, n2: {} };

const cluster = setUpApiServer();
const patience = (ms = 20_000) => ({
  clock: systemClock,
  deadline: systemClock.now() + ms,
  everyMs: 50,
});
const choice = (image: string, mode: MultusChoice['mode'] = 'thick') => ({ mode, image });
const isGuard = ({ metadata }: KubernetesObject) => metadata?.name === GUARD.metadata.name;
const readSet = () => cluster.connection.api.get<V1DaemonSet>(SET);
const imageOf = (set: V1DaemonSet) => set.spec?.template.spec?.containers[0]?.image;

async function install(image: string): Promise<void> {
  await installMultus(cluster.connection, choice(image), recordingLog(), patience());
}

/** Updates, while a controller brings the pods of these images up on all nodes, and of no other. */
async function update(to: MultusChoice, good: readonly string[], ms = 20_000) {
  let ended = false;
  const controller = (async () => {
    while (!ended) {
      const set = await readSet();
      const { generation = 0 } = set.metadata ?? {};
      const up = good.includes(imageOf(set) ?? '') ? 2 : 1;
      const others = { currentNumberScheduled: 2, numberMisscheduled: 0, numberReady: up };
      set.status = { ...others, ...counts(2, up, up, generation) };
      await cluster.connection.api.replace(`${SET}/status`, set).catch(() => undefined);
      await systemClock.sleep(50);
    }
  })();
  const log = recordingLog();
  const outcome = await updateMultus(cluster.connection, to, log, patience(ms)).catch(String);
  ended = true;
  await controller;
  return { outcome, log };
}

async function podsLeft(): Promise<readonly V1Pod[]> {
  return cluster.connection.api.list<V1Pod>(PODS, { labelSelector: 'eks-multus-actions/task' });
}

beforeEach(async () => {
  const found = await cluster.connection.api.list('/api/v1/nodes');
  if (found.length > 0) return;
  const labels = { 'kubernetes.io/os': 'linux' };
  for (const name of NODES) await joinNode(cluster.connection, name, { labels });
  await joinNode(cluster.connection, 'windows', { labels: { 'kubernetes.io/os': 'windows' } });
});

describe('an update of Multus', () => {
  it('neither waits nor touches nodes when there is no Multus', async () => {
    const stop = runNodeTasks(cluster.connection, RUNNING);
    await updateMultus(cluster.connection, choice('multus:1'), recordingLog(), patience());
    expect(await stop()).toEqual([]);
  });

  it('does neither when nothing changes', async () => {
    await install('multus:1');
    const before = await readSet();
    const stop = runNodeTasks(cluster.connection, RUNNING);
    await updateMultus(cluster.connection, choice('multus:1'), recordingLog(), patience());
    expect(await stop()).toEqual([]);
    expect((await readSet()).metadata?.generation).toBe(before.metadata?.generation);
  });

  it('puts guard and image on each node that runs Multus, then waits for the rollout', async () => {
    await install('multus:1');
    const stop = runNodeTasks(cluster.connection, RUNNING);
    const { outcome, log } = await update(choice('multus:2'), ['multus:2']);
    expect(outcome).toBeUndefined();
    expect(await stop()).toEqual(PLACED);
    expect(imageOf(await readSet())).toBe('multus:2');
    expect(log.lines).toContain('Updating Multus from multus:1 to multus:2, node by node');
    expect(await podsLeft()).toEqual([]);
  });

  it('changes nothing when the image does not run on a node, and names the node', async () => {
    await install('multus:1');
    const before = await readSet();
    const stop = runNodeTasks(cluster.connection, { n1: {}, n2: { waiting: 'ErrImagePull' } });
    const { outcome } = await update(choice('multus:3'), ['multus:3'], 1_500);
    await stop();
    expect(outcome).toMatch(/Multus stays as it is.*on n2: .*ErrImagePull/);
    expect(outcome).not.toContain('on n1');
    expect((await readSet()).metadata?.generation).toBe(before.metadata?.generation);
    expect(await podsLeft()).toEqual([]);
  });

  it('goes back to the version before, and to its configuration, when it fails on a node', async () => {
    await install('multus:1');
    const config = (await readMultus(choice('multus:1'))).find(
      ({ metadata }) => metadata?.name === 'multus-daemon-config',
    ) as KubernetesObject;
    const data = { 'daemon-config.json': '{"logLevel": "debug"}' };
    await cluster.connection.api.apply({ ...config, data });
    const stop = runNodeTasks(cluster.connection, RUNNING);
    const { outcome, log } = await update(choice('multus:4'), ['multus:1'], 1_500);
    await stop();
    expect(outcome).toMatch(/not rolled out in time: .*; all nodes are back at multus:1/s);
    expect(imageOf(await readSet())).toBe('multus:1');
    expect(await cluster.connection.api.get(config)).toMatchObject({ data });
    expect(log.warnings).toEqual([expect.stringMatching(/^Going back to Multus multus:1: /)]);
  });

  it('goes on after it was killed between the guard and the DaemonSet', async () => {
    await install('multus:1');
    const stop = runNodeTasks(cluster.connection, RUNNING);
    const guard = (await readMultus(choice('multus:5'))).find(isGuard) as KubernetesObject;
    await placeGuard(cluster.connection, guard, 'multus:5', recordingLog(), patience());
    const { outcome } = await update(choice('multus:5'), ['multus:5']);
    await stop();
    expect(outcome).toBeUndefined();
    expect(await podsLeft()).toEqual([]);
  });
});

describe('the removal of Multus', () => {
  const REMOVED = ON_EACH(
    '/usr/bin/rm -f /host/etc/cni/net.d/01-multus-guard.conf /host/etc/cni/net.d/00-multus.conf /host/opt/cni/bin/multus-guard',
  );

  it('takes the guard off each node, with the image that the nodes have', async () => {
    await install('multus:1');
    const stop = runNodeTasks(cluster.connection, RUNNING);
    await removeMultus(cluster.connection, recordingLog(), patience());
    expect(await stop()).toEqual(REMOVED);
    expect(await cluster.connection.api.read(GUARD)).toBeUndefined();
  });

  it('does so also after somebody has deleted the DaemonSet', async () => {
    await install('multus:1');
    await cluster.connection.api.remove(SET);
    const stop = runNodeTasks(cluster.connection, RUNNING);
    await removeMultus(cluster.connection, recordingLog(), patience());
    expect(await stop()).toEqual(REMOVED);
    await removeMultus(cluster.connection, recordingLog(), patience());
  });

  it('names the nodes that keep the guard, and goes on when they are back', async () => {
    await install('multus:1');
    const stop = runNodeTasks(cluster.connection, { n1: {} });
    await expect(removeMultus(cluster.connection, recordingLog(), patience(1_000))).rejects.toThrow(
      /pods cannot start on nodes that still have its guard: pod \S+ on n2 has not run/,
    );
    await stop();
    expect(await cluster.connection.api.read(GUARD)).toBeDefined();
    const again = runNodeTasks(cluster.connection, RUNNING);
    await removeMultus(cluster.connection, recordingLog(), patience());
    await again();
    expect(await cluster.connection.api.read(GUARD)).toBeUndefined();
  });
});
