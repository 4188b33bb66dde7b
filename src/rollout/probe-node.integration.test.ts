import type { V1Pod, V1Taint } from '@kubernetes/client-node';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { fastClock } from '../../dev/testing/fakes/fast-clock.ts';
import { recordingLog } from '../../dev/testing/fakes/recording-log.ts';
import { type LabCluster, startLabCluster } from '../../dev/testing/servers/lab-cluster.ts';
import { systemClock } from '../core/clock.ts';
import { until } from '../core/retry.ts';
import { STARTUP_TAINT } from '../environment/shared-cluster.ts';
import { probeNode } from './probe-node.ts';

const PODS = '/api/v1/namespaces/default/pods';
const NETWORKS = '/apis/k8s.cni.cncf.io/v1/namespaces/default/network-attachment-definitions';

let cluster: LabCluster;
beforeAll(async () => {
  cluster = await startLabCluster(['new', 'old']);
  const { api } = cluster.connection;
  const labels = { 'app.kubernetes.io/managed-by': 'eks-multus-actions' };
  for (const name of ['ipvlan-conf-1', 'ipvlan-conf-2']) {
    await api.merge(`${NETWORKS}/${name}`, { metadata: { labels } });
  }
});
afterAll(() => cluster?.stop());

const taint = (name: string, taints: readonly V1Taint[]) =>
  cluster.connection.api.merge(`/api/v1/nodes/${name}`, { spec: { taints } });

it('probes with pods that tolerate the taints of the node and of its neighbour, and no others', async () => {
  const { connection } = cluster;
  await taint('new', [
    { key: 'dedicated', value: 'media', effect: 'NoSchedule' },
    { ...STARTUP_TAINT },
    { key: 'node.kubernetes.io/not-ready', effect: 'NoSchedule' },
  ]);
  await taint('old', [{ key: 'team', value: 'media', effect: 'NoExecute' }]);
  const request = {
    node: 'new',
    instanceId: 'i-1',
    neighbour: 'old',
    image: 'probe:1',
    namespace: undefined,
  };
  const probing = probeNode(connection, request, { clock: fastClock(10), log: recordingLog() });
  const made = async () => {
    const pods = await connection.api.list<V1Pod>(PODS);
    return pods.length === 3 ? pods : undefined;
  };
  const deadline = systemClock.now() + 60_000;
  const pods = await until(made, { clock: systemClock, deadline, everyMs: 100 });
  for (const { spec } of pods ?? []) {
    // The API server itself adds those of nodes that fail.
    const own = spec?.tolerations?.filter(
      ({ tolerationSeconds }) => tolerationSeconds === undefined,
    );
    expect(own).toEqual([
      { key: 'node.kubernetes.io/unschedulable', operator: 'Exists', effect: 'NoSchedule' },
      { key: STARTUP_TAINT.key, operator: 'Exists', effect: 'NoSchedule' },
      { key: 'dedicated', operator: 'Exists', effect: 'NoSchedule' },
      { key: 'team', operator: 'Exists', effect: 'NoExecute' },
    ]);
  }
  expect(pods).toHaveLength(3);
  // No scheduler runs here.
  expect(await probing).toMatchObject({ result: 'failed' });
  expect(await connection.api.list<V1Pod>(PODS)).toEqual([]);
});
