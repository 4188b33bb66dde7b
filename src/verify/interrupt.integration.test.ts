import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startNode } from '../../dev/testing/programs/start-node.ts';
import { type LabCluster, startLabCluster } from '../../dev/testing/servers/lab-cluster.ts';
import { ensureTools } from '../../dev/tools/install/tools.ts';
import { type Service, startService } from '../../dev/tools/process.ts';
import { consoleProgress } from '../../dev/tools/progress.ts';
import { seededRandom } from '../../dev/tools/seeded-random.ts';
import { packFile } from '../core/pack-files.ts';

const OURS = 'app.kubernetes.io/managed-by=eks-multus-actions,eks-multus-actions/run';
const SEED = 6;
/** A run has its namespace, all its pods and waits for them within this time, and would wait for minutes. */
const BUSY_MS = 2_500;
const RANDOM_MOMENTS = 4;

let cluster: LabCluster;
let controller: Service;

beforeAll(async () => {
  const tools = await ensureTools(['control-plane'], consoleProgress());
  cluster = await startLabCluster(['node-a', 'node-b']);
  // Only the controller that empties and ends namespaces: another would miss the nodes' kubelets.
  controller = startService(
    'kube-controller-manager',
    join(tools.bin, 'kube-controller-manager'),
    [
      ...[`--kubeconfig=${cluster.kubeconfig}`, '--leader-elect=false', '--secure-port=0'],
      '--controllers=namespace-controller',
    ],
    { log: join(cluster.folder, 'kube-controller-manager.log') },
  );
});

afterAll(async () => {
  await controller?.stop(0);
  await cluster?.stop();
});

async function leftovers(): Promise<string[]> {
  const namespaces = await cluster.core.listNamespace({ labelSelector: OURS });
  const pods = await cluster.core.listPodForAllNamespaces({ labelSelector: OURS });
  return [...namespaces.items, ...pods.items].map(({ metadata }) => metadata?.name ?? '');
}

/** Starts a run of the matrix. */
function startRun() {
  return startNode(packFile('src', 'verify', 'main.ts'), {
    PATH: process.env['PATH'],
    INPUT_KUBECONFIG: cluster.kubeconfig,
    INPUT_LAYOUT: 'matrix',
  });
}

const random = seededRandom(SEED);
const moments = [
  ...['Connected to cluster', 'Networks:', 'Created the namespace', 'Created ipvlan'].map(
    (words) => ({ words, afterMs: 0 }),
  ),
  ...Array.from({ length: RANDOM_MOMENTS }, () => ({
    words: 'Connected to cluster',
    afterMs: Math.round(random() * BUSY_MS),
  })),
];

/** What the runs have said that were interrupted. */
const ended: string[] = [];

// Side by side, since a namespace takes its five seconds to go.
it.concurrent.each(moments)(
  'a run ends, interrupted $afterMs ms after "$words"',
  async (moment) => {
    const run = startRun();
    await run.said(new RegExp(moment.words));
    await sleep(moment.afterMs);
    run.kill('SIGINT');
    expect(await run.exited, run.log()).not.toBe(0);
    ended.push(run.log());
  },
);

it('and leaves nothing', async () => {
  expect(ended).toHaveLength(moments.length);
  expect(await leftovers(), ended.join('\n')).toEqual([]);
});

it('removes the namespace of a run that was killed, once its time is over', async () => {
  const labels = {
    'app.kubernetes.io/managed-by': 'eks-multus-actions',
    'eks-multus-actions/run': 'x',
  };
  const named = (name: string, expires: string) => ({
    body: { metadata: { name, labels, annotations: { 'eks-multus-actions/expires': expires } } },
  });
  await cluster.core.createNamespace(named('multus-verify-old', '2020-01-01T00:00:00Z'));
  await cluster.core.createNamespace(named('multus-verify-busy', '2999-01-01T00:00:00Z'));
  const run = startRun();
  await run.said(/Created the namespace/);
  run.kill('SIGINT');
  await run.exited;
  await expect.poll(leftovers).toEqual(['multus-verify-busy']);
});
