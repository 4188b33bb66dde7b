import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { runSource } from '../../dev/testing/programs/run-bundle.ts';
import { startNode } from '../../dev/testing/programs/start-node.ts';
import { type LabCluster, startLabCluster } from '../../dev/testing/servers/lab-cluster.ts';
import { packFile } from '../core/pack-files.ts';

const OURS = 'app.kubernetes.io/managed-by=eks-multus-actions';
const NAMESPACE = 'default';

let cluster: LabCluster;

beforeAll(async () => {
  cluster = await startLabCluster(['node-a']);
});
afterAll(() => cluster?.stop());

const ourPods = async () =>
  (await cluster.core.listNamespacedPod({ namespace: NAMESPACE, labelSelector: OURS })).items;

type Pods = Awaited<ReturnType<typeof ourPods>>;

/** Our pods, once they are so; how long that takes is up to the test's own time limit. */
async function podsWhen(so: (pods: Pods) => boolean): Promise<Pods> {
  for (;;) {
    const pods = await ourPods();
    if (so(pods)) return pods;
    await sleep(50);
  }
}

const untilPods = (count: number) => podsWhen(({ length }) => length === count);
const untilDeleting = () =>
  podsWhen((pods) => pods.some(({ metadata }) => metadata?.deletionTimestamp !== undefined));

/** Stands in for the kubelet's part: the pods become Ready, without any network of theirs. */
async function makeReady() {
  for (const pod of await untilPods(4)) {
    const name = pod.metadata?.name ?? '';
    const status = { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] };
    await cluster.core.replaceNamespacedPodStatus({
      name,
      namespace: NAMESPACE,
      body: { ...pod, status },
    });
  }
}

it('a run whose pods cannot be probed fails, reports, and leaves nothing', async () => {
  const directory = join(cluster.folder, 'report');
  const running = runSource('verify', {
    kubeconfig: cluster.kubeconfig,
    'report-directory': directory,
  });
  await makeReady();
  const run = await running;
  expect(run.exitCode, run.log).toBe(1);
  expect(run.errors).toContainEqual(expect.stringMatching(/10 of \d+ checks failed: probe-ran/));
  expect(run.outputs).toMatchObject({ result: 'failed', failed: '10' });
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
    cluster.core.patchNamespacedPod({
      name,
      namespace: NAMESPACE,
      body: [{ op: 'add', path: '/metadata/finalizers', value: finalizers }],
    });
  await patch(['test.eks-multus-actions/hold']);
  return async () => {
    await patch([]);
  };
}

// The pods never become Ready here and the action would wait minutes for them; the test's own time limit
// is what "at once" means. The second signal comes while the clean-up that the first began is under way.
it.each([
  ['SIGINT', 'SIGTERM'],
  ['SIGTERM', 'SIGTERM'],
] as const)(
  '%s ends the run at once and leaves nothing, and %s after it changes nothing',
  async (first, second) => {
    const run = startNode(packFile('src', 'verify', 'main.ts'), {
      PATH: process.env['PATH'],
      INPUT_KUBECONFIG: cluster.kubeconfig,
    });
    const letGo = await holdOnePod();
    run.kill(first);
    await untilDeleting();
    run.kill(second);
    await letGo();
    expect(await run.exited).toBe(1);
    expect(run.log().match(/^::error/gm)).toHaveLength(1);
    expect(run.log()).toContain(`stopped by ${first}`);
    expect(await ourPods()).toEqual([]);
  },
);
