import type { V1DaemonSet, V1Pod } from '@kubernetes/client-node';
import type { Connection } from '../../../src/kubernetes/connection.ts';

/** The status of a container of Multus that has been running for long. */
export const RUNS_LONG = {
  name: 'kube-multus',
  image: 'multus',
  imageID: '',
  ready: true,
  restartCount: 0,
  state: { running: { startedAt: '2026-01-01T00:00:00Z' } },
};

/** What the controller of Multus' DaemonSet and a kubelet would do: a pod on a node, which is Ready or not. */
export async function placeMultusPod(
  { api, rest }: Connection,
  nodeName: string,
  ready = true,
): Promise<void> {
  const path = '/api/v1/namespaces/kube-system/pods';
  const set = '/apis/apps/v1/namespaces/kube-system/daemonsets/kube-multus-ds';
  const { spec } = await api.get<V1DaemonSet>(set);
  const body = {
    metadata: { name: `multus-${nodeName}`, labels: spec?.selector.matchLabels },
    spec: { nodeName, containers: [{ name: 'kube-multus', image: 'multus' }] },
  };
  const pod = await rest<V1Pod>({ method: 'POST', path, body });
  const conditions = [{ type: 'Ready', status: ready ? 'True' : 'False' }];
  const status = { conditions, containerStatuses: [RUNS_LONG] };
  await rest({
    method: 'PUT',
    path: `${path}/${body.metadata.name}/status`,
    body: { ...pod, status },
  });
}
