import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { CoreV1Api, KubeConfig, KubernetesObjectApi } from '@kubernetes/client-node';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type ApiServer, startApiServer } from '../../rehearsal/cluster/api-server.ts';
import { type Service, startService } from '../../rehearsal/process.ts';
import { consoleProgress } from '../../rehearsal/progress.ts';
import { seededRandom } from '../../rehearsal/seeded-random.ts';
import { ensureTools } from '../../rehearsal/tools/tools.ts';
import { packFile } from '../github/pack-files.ts';
import { readManifest } from '../kubernetes/apply.ts';

const OURS = 'app.kubernetes.io/managed-by=eks-multus-actions,eks-multus-actions/run';
const SEED = 6;
/** A run has its namespace, all its pods and waits for them within this time, and would wait for minutes. */
const BUSY_MS = 2_500;
const RANDOM_MOMENTS = 4;

let folder: string;
let server: ApiServer;
let controller: Service;
let core: CoreV1Api;

beforeAll(async () => {
  const tools = await ensureTools(['control-plane'], consoleProgress());
  folder = await mkdtemp(join(tmpdir(), 'verify-interrupt-'));
  server = await startApiServer({ tools, runDir: folder });
  // Only the controller that empties and ends namespaces: another would miss the nodes' kubelets.
  controller = startService(
    'kube-controller-manager',
    join(tools.bin, 'kube-controller-manager'),
    [
      ...[`--kubeconfig=${server.kubeconfig}`, '--leader-elect=false', '--secure-port=0'],
      '--controllers=namespace-controller',
    ],
    { log: join(folder, 'kube-controller-manager.log') },
  );
  const config = new KubeConfig();
  config.loadFromFile(server.kubeconfig);
  core = config.makeApiClient(CoreV1Api);
  await prepareCluster(KubernetesObjectApi.makeApiClient(config));
});

afterAll(async () => {
  await controller?.stop(0);
  await server?.stop();
  await rm(folder, { recursive: true, force: true });
});

async function prepareCluster(objects: KubernetesObjectApi) {
  for (const path of [
    ['multus', 'definition.yaml'],
    ['nads', 'lab.yaml'],
  ]) {
    for (const object of readManifest(await readFile(packFile('manifests', ...path), 'utf8'))) {
      await eventually(() => objects.create(object));
    }
  }
  for (const name of ['node-a', 'node-b']) {
    await core.createNode({ body: { metadata: { name } } });
    const status = { conditions: [{ type: 'Ready', status: 'True' }] };
    await core.replaceNodeStatus({ name, body: { metadata: { name }, status } });
    // The API server taints each new node; a controller that does not run here would take that away.
    await core.patchNode({ name, body: [{ op: 'remove', path: '/spec/taints' }] });
  }
}

/** A new kind of object is served a moment after it is declared. */
async function eventually<T>(call: () => Promise<T>): Promise<T> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await call();
    } catch (error) {
      if (attempt > 100) throw error;
      await sleep(100);
    }
  }
}

async function leftovers(): Promise<string[]> {
  const namespaces = await core.listNamespace({ labelSelector: OURS });
  const pods = await core.listPodForAllNamespaces({ labelSelector: OURS });
  return [...namespaces.items, ...pods.items].map(({ metadata }) => metadata?.name ?? '');
}

/** Starts a run of the matrix, and gives its log as it grows. */
function startRun() {
  const child = spawn(process.execPath, [packFile('src', 'verify', 'main.ts')], {
    env: {
      PATH: process.env['PATH'],
      INPUT_KUBECONFIG: server.kubeconfig,
      INPUT_LAYOUT: 'matrix',
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let log = '';
  child.stdout.on('data', (chunk: Buffer) => {
    log += chunk.toString('utf8');
  });
  const exit = new Promise<number | null>((resolve) => child.on('close', resolve));
  const said = async (words: string) => {
    while (!log.includes(words) && child.exitCode === null) await sleep(5);
    expect(log).toContain(words);
  };
  return { child, exit, said, log: () => log };
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

it.each(moments)('interrupted $afterMs ms after "$words" it leaves nothing', async (moment) => {
  const run = startRun();
  await run.said(moment.words);
  await sleep(moment.afterMs);
  run.child.kill('SIGINT');
  expect(await run.exit, run.log()).not.toBe(0);
  expect(await leftovers(), run.log()).toEqual([]);
});

it('removes the namespace of a run that was killed, once its time is over', async () => {
  const labels = {
    'app.kubernetes.io/managed-by': 'eks-multus-actions',
    'eks-multus-actions/run': 'x',
  };
  const named = (name: string, expires: string) => ({
    body: { metadata: { name, labels, annotations: { 'eks-multus-actions/expires': expires } } },
  });
  await core.createNamespace(named('multus-verify-old', '2020-01-01T00:00:00Z'));
  await core.createNamespace(named('multus-verify-busy', '2999-01-01T00:00:00Z'));
  const run = startRun();
  await run.said('Created the namespace');
  run.child.kill('SIGINT');
  await run.exit;
  await eventually(async () => expect(await leftovers()).toEqual(['multus-verify-busy']));
});
