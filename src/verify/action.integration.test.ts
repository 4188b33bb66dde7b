import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { CoreV1Api, KubeConfig, KubernetesObjectApi } from '@kubernetes/client-node';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type ApiServer, startApiServer } from '../../rehearsal/cluster/api-server.ts';
import { consoleProgress } from '../../rehearsal/progress.ts';
import { ensureTools } from '../../rehearsal/tools/tools.ts';
import { packFile } from '../github/pack-files.ts';
import { readManifest } from '../kubernetes/apply.ts';
import { runSource } from '../testing/run-bundle.ts';

const OURS = 'app.kubernetes.io/managed-by=eks-multus-actions';
const NAMESPACE = 'default';

let folder: string;
let server: ApiServer;
let core: CoreV1Api;

beforeAll(async () => {
  const tools = await ensureTools(['control-plane'], consoleProgress());
  folder = await mkdtemp(join(tmpdir(), 'verify-action-'));
  server = await startApiServer({ tools, runDir: folder });
  const config = new KubeConfig();
  config.loadFromFile(server.kubeconfig);
  core = config.makeApiClient(CoreV1Api);
  const objects = KubernetesObjectApi.makeApiClient(config);
  for (const path of [
    ['multus', 'definition.yaml'],
    ['nads', 'lab.yaml'],
  ]) {
    for (const object of readManifest(await readFile(packFile('manifests', ...path), 'utf8'))) {
      await eventually(() => objects.create(object));
    }
  }
  const ready = { type: 'Ready', status: 'True' };
  await core.createNode({ body: { metadata: { name: 'node-a' } } });
  const body = { metadata: { name: 'node-a' }, status: { conditions: [ready] } };
  await core.replaceNodeStatus({ name: 'node-a', body });
  // The API server taints each new node; a controller that does not run here would take that away.
  await core.patchNode({ name: 'node-a', body: [{ op: 'remove', path: '/spec/taints' }] });
});

afterAll(async () => {
  await server?.stop();
  await rm(folder, { recursive: true, force: true });
});

/** A new kind of object is served a moment after it is declared. */
async function eventually<T>(call: () => Promise<T>): Promise<T> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await call();
    } catch (error) {
      if (attempt > 50) throw error;
      await sleep(100);
    }
  }
}

const ourPods = async () =>
  (await core.listNamespacedPod({ namespace: NAMESPACE, labelSelector: OURS })).items;

async function untilPods(count: number) {
  for (let attempt = 0; attempt < 400; attempt++) {
    const pods = await ourPods();
    if (pods.length === count) return pods;
    await sleep(50);
  }
  return expect.fail(`there were never ${count} pods`);
}

/** Stands in for the kubelet's part: the pods become Ready, without any network of theirs. */
async function makeReady() {
  for (const pod of await untilPods(4)) {
    const name = pod.metadata?.name ?? '';
    const status = { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] };
    await core.replaceNamespacedPodStatus({ name, namespace: NAMESPACE, body: { ...pod, status } });
  }
}

it('a run whose pods cannot be looked into fails, reports, and leaves nothing', async () => {
  const directory = join(folder, 'report');
  const running = runSource('verify', {
    kubeconfig: server.kubeconfig,
    'report-directory': directory,
  });
  await makeReady();
  const run = await running;
  expect(run.exitCode, run.log).toBe(1);
  expect(run.errors).toContainEqual(
    expect.stringContaining('6 of 10 checks failed: interface-present'),
  );
  expect(run.outputs).toMatchObject({ result: 'failed', passed: '4', failed: '6' });
  const report = JSON.parse(await readFile(join(directory, 'report.json'), 'utf8'));
  expect(JSON.parse(run.outputs['report'] ?? '')).toEqual(report);
  expect(run.summary).toContain('### Failures');
  expect(run.log).toContain('::group::ip r in sampleapp-dual-1');
  expect(await ourPods()).toEqual([]);
});

/** Holds a pod of ours in the state "being deleted", until the returned function lets it go. */
async function holdOnePod(): Promise<() => Promise<void>> {
  const [pod] = await untilPods(4);
  const name = pod?.metadata?.name ?? '';
  const patch = (finalizers: readonly string[]) =>
    core.patchNamespacedPod({
      name,
      namespace: NAMESPACE,
      body: [{ op: 'add', path: '/metadata/finalizers', value: finalizers }],
    });
  await patch(['test.eks-multus-actions/hold']);
  return async () => {
    await patch([]);
  };
}

async function untilDeleting() {
  for (let attempt = 0; attempt < 400; attempt++) {
    const pods = await ourPods();
    if (pods.some(({ metadata }) => metadata?.deletionTimestamp !== undefined)) return;
    await sleep(50);
  }
  expect.fail('no pod was ever deleted');
}

// The pods never become Ready here and the action would wait minutes for them; the test's own time limit
// is what "at once" means. The second signal comes while the clean-up that the first began is under way.
it.each([
  ['SIGINT', 'SIGTERM'],
  ['SIGTERM', 'SIGTERM'],
] as const)(
  '%s ends the run at once and leaves nothing, and %s after it changes nothing',
  async (first, second) => {
    const child = spawn(process.execPath, [packFile('src', 'verify', 'main.ts')], {
      env: { PATH: process.env['PATH'], INPUT_KUBECONFIG: server.kubeconfig },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let log = '';
    child.stdout.on('data', (chunk: Buffer) => {
      log += chunk.toString('utf8');
    });
    const exit = new Promise((resolve) => child.on('close', resolve));
    const letGo = await holdOnePod();
    child.kill(first);
    await untilDeleting();
    child.kill(second);
    await letGo();
    expect(await exit).toBe(1);
    expect(log.match(/^::error/gm)).toHaveLength(1);
    expect(log).toContain(`stopped by ${first}`);
    expect(await ourPods()).toEqual([]);
  },
);
