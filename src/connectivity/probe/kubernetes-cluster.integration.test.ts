import { readFile } from 'node:fs/promises';
import type { V1Namespace } from '@kubernetes/client-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fakeClock } from '../../../dev/testing/fakes/fake-clock.ts';
import { recordingLog } from '../../../dev/testing/fakes/recording-log.ts';
import { startTestApiServer, type TestApiServer } from '../../../dev/testing/servers/api-server.ts';
import { systemClock } from '../../core/clock.ts';
import { packFile } from '../../core/pack-files.ts';
import { until } from '../../core/retry.ts';
import { apply, readManifest } from '../../kubernetes/apply.ts';
import type { Connection } from '../../kubernetes/connection.ts';
import type { ProbeCluster } from './cluster.ts';
import { findNetworks } from './find-networks.ts';
import { probeCluster } from './kubernetes-cluster.ts';
import { withProbePods } from './probe-pods.ts';
import { probePods, readSampleApps } from './sample-apps.ts';

let server: TestApiServer;
let connection: Connection;
let cluster: ProbeCluster;

beforeAll(async () => {
  server = await startTestApiServer();
  connection = server.connection;
  cluster = probeCluster(connection, 'default');
  await untilNamespace('default');
});

afterAll(() => server?.stop());

async function untilNamespace(name: string) {
  await until(() => connection.api.read<V1Namespace>(`/api/v1/namespaces/${name}`), {
    clock: systemClock,
    deadline: systemClock.now() + 30_000,
    everyMs: 100,
  });
}

async function applyFile(...path: string[]) {
  for (const object of readManifest(await readFile(packFile('manifests', ...path), 'utf8'))) {
    await apply(connection, object);
  }
}

async function makeNamespace(name: string, level: string) {
  await connection.rest({
    ...{ method: 'POST', path: '/api/v1/namespaces' },
    body: { metadata: { name, labels: { 'pod-security.kubernetes.io/enforce': level } } },
  });
  return probeCluster(connection, name);
}

async function labPods(namespace: string, run: string) {
  const text = await readFile(packFile('manifests', 'sample-apps', 'lab.yaml'), 'utf8');
  const networks = await findNetworks(cluster, undefined, 2);
  const image = 'registry.test/tools:1';
  return probePods(readSampleApps(text), networks, {
    run,
    namespace,
    image,
    imagePullPolicy: 'Never',
  });
}

const life = (run: string, clock = systemClock) => ({
  run,
  clock,
  log: recordingLog(),
  signal: new AbortController().signal,
  keep: false,
  deadline: Number.POSITIVE_INFINITY,
});

describe('on a real API server', () => {
  it('a cluster without Multus is reported', async () => {
    await expect(findNetworks(cluster, undefined, 2)).rejects.toThrow('Multus is not installed');
    await expect(findNetworks(cluster, [{ name: 'a' }], 2)).rejects.toThrow(
      'Multus is not installed',
    );
  });

  it("the lab's networks are found, by label and by name", async () => {
    await applyFile('multus', 'definition.yaml');
    await until(
      async () => {
        try {
          await applyFile('nads', 'lab.yaml');
          return true;
        } catch {
          return undefined;
        }
      },
      { clock: systemClock, deadline: systemClock.now() + 30_000, everyMs: 200 },
    );
    const found = await findNetworks(cluster, undefined, 2);
    expect(found.map(({ id, kind }) => `${id} ${kind}`)).toEqual([
      'default/ipvlan-conf-1 ipvlan l3 on eth1',
      'default/ipvlan-conf-2 ipvlan l3 on eth2',
    ]);
    await expect(
      findNetworks(cluster, [{ name: 'other' }, { name: 'ipvlan-conf-1' }], 2),
    ).rejects.toThrow('default/ipvlan-conf-1, default/ipvlan-conf-2');
  });

  it('security level baseline admits the sample pods, which exist only during the work', async () => {
    const baseline = await makeNamespace('level-baseline', 'baseline');
    const pods = await labPods('level-baseline', 'run1');
    const during = await withProbePods(baseline, pods, life('run1'), () => baseline.podsOf('run1'));
    expect(during.map(({ metadata }) => metadata?.name).sort()).toEqual(
      pods.map(({ name }) => name).sort(),
    );
    expect(during[0]?.metadata?.managedFields?.[0]?.manager).toBe('eks-multus-actions');
    expect(await baseline.podsOf('run1')).toEqual([]);
  });

  it('security level restricted refuses them with the reason', async () => {
    const restricted = await makeNamespace('level-restricted', 'restricted');
    const pods = await labPods('level-restricted', 'run2');
    await expect(withProbePods(restricted, pods, life('run2'), async () => 1)).rejects.toThrow(
      /403.*violates PodSecurity "restricted/,
    );
  });

  it('a missing namespace is reported', async () => {
    const pods = await labPods('nowhere', 'run3');
    const nowhere = probeCluster(connection, 'nowhere');
    await expect(withProbePods(nowhere, pods, life('run3'), async () => 1)).rejects.toThrow(
      'kubectl create namespace nowhere',
    );
  });

  it('pods on a node that never answers are removed', async () => {
    const pods = (await labPods('default', 'run4')).map((pod) => ({
      ...pod,
      manifest: {
        ...pod.manifest,
        spec: { containers: [], ...pod.manifest.spec, nodeName: 'dead' },
      },
    }));
    const own = life('run4', fakeClock());
    await withProbePods(cluster, pods, own, async () => 1);
    expect(own.log.warnings).toHaveLength(1);
    expect(await cluster.podsOf('run4')).toEqual([]);
  });

  it('pods of a killed run are replaced, others of their name are not', async () => {
    const [first, second] = await labPods('default', 'run5');
    if (first === undefined || second === undefined) return expect.fail('no pods');
    await cluster.createPod(first.manifest);
    await withProbePods(cluster, await labPods('default', 'run6'), life('run6'), async () => 1);
    expect(await cluster.podsOf('run5')).toEqual([]);
    const foreign = { ...second.manifest, metadata: { name: second.name, namespace: 'default' } };
    await cluster.createPod(foreign);
    await expect(
      withProbePods(cluster, await labPods('default', 'run7'), life('run7'), async () => 1),
    ).rejects.toThrow('was not created by this action');
    expect(await cluster.pod(second.name)).toBeDefined();
    await cluster.deletePod((await cluster.pod(second.name)) ?? {});
    await cluster.deletePod({ metadata: { name: second.name, uid: 'gone' } });
  });

  it('a pod is deleted only with the right UID', async () => {
    const [first] = await labPods('default', 'run8');
    if (first === undefined) return expect.fail('no pods');
    await cluster.createPod(first.manifest);
    const another = { metadata: { name: first.name, uid: '00000000-0000-4000-8000-000000000000' } };
    await cluster.deletePod(another);
    expect(await cluster.pod(first.name)).toBeDefined();
    await cluster.deletePodsOf('run8');
    expect(await cluster.podsOf('run8')).toEqual([]);
  });

  it('events, nodes and Multus pods can be listed, and an exec that cannot be is explained', async () => {
    const [first] = await labPods('default', 'run9');
    if (first === undefined) return expect.fail('no pods');
    await cluster.createPod({
      ...first.manifest,
      spec: { containers: [], ...first.manifest.spec, nodeName: 'dead' },
    });
    const pod = (await cluster.pod(first.name)) ?? {};
    expect(await cluster.eventsOf(pod)).toEqual([]);
    expect(await cluster.nodes()).toEqual([]);
    expect(await cluster.multusPods()).toEqual([]);
    await expect(cluster.runScript(first.name, 'true', 10_000)).rejects.toThrow(
      `container app of pod default/${first.name}: a command could not be run`,
    );
    await cluster.deletePodsOf('run9', true);
  });
});
