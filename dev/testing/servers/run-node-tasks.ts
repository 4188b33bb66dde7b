import type { V1Pod } from '@kubernetes/client-node';
import type { Connection } from '../../../src/kubernetes/connection.ts';

/**
 * What the kubelets of these nodes would do with the pods of a task (`kubernetes/run-on-nodes`): runs them. A node with
 * `waiting` cannot: its pods wait for this reason.
 *
 * @returns ends the kubelets, and resolves with the commands that have run, each with its node
 */
export function runNodeTasks(
  { api }: Connection,
  nodes: Readonly<Record<string, { readonly waiting?: string }>>,
): () => Promise<readonly string[]> {
  const path = '/api/v1/namespaces/kube-system/pods';
  const ran = new Map<string, string>();
  let ended = false;
  const running = (async () => {
    while (!ended) {
      const pods = await api.list<V1Pod>(path, { labelSelector: 'eks-multus-actions/task' });
      for (const pod of pods.filter(({ status }) => status?.phase === 'Pending')) {
        const { nodeName = '', containers = [], initContainers = [] } = pod.spec ?? {};
        const node = nodes[nodeName];
        if (node === undefined) continue;
        const { name = '' } = containers[0] ?? {};
        const state = { waiting: { reason: node.waiting ?? '' } };
        const status = { name, ready: false, restartCount: 0, image: '', imageID: '', state };
        pod.status =
          node.waiting === undefined
            ? { phase: 'Succeeded' }
            : { phase: 'Pending', containerStatuses: [status] };
        await api.replace(`${path}/${pod.metadata?.name}/status`, pod).catch(() => undefined);
        const commands = [...initContainers, ...containers].map(({ command }) =>
          command?.join(' '),
        );
        if (node.waiting === undefined) {
          ran.set(pod.metadata?.uid ?? '', `${nodeName}: ${commands.join(', ')}`);
        }
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  })();
  return async () => {
    ended = true;
    await running;
    return [...ran.values()].sort();
  };
}
