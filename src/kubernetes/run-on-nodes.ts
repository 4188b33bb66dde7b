import type { V1Node, V1Pod, V1PodSpec } from '@kubernetes/client-node';
import { ClusterError } from '../core/errors.ts';
import { type Patience, until } from '../core/retry.ts';
import { OUR_LABELS } from './api.ts';
import { refused } from './apply.ts';
import type { Connection } from './connection.ts';
import { nodeState } from './nodes.ts';
import { podTrouble } from './pods.ts';

/** What runs on each node once: a pod that ends by itself. */
export interface NodeTask {
  /** The beginning of the names of its pods. */
  readonly name: string;
  readonly namespace: string;
  /** In the error, before the nodes: `Multus stays as it is, because its new image does not run on each node`. */
  readonly failure: string;
  /** What to do when an image cannot be pulled or a command fails. */
  readonly nextStep: string;
  readonly spec: Pick<V1PodSpec, 'containers' | 'initContainers' | 'volumes'>;
}

const TASK_LABEL = 'eks-multus-actions/task';

/** A pod that no run looks after any more ends by itself after this time. */
const LONGEST_SECONDS = 900;

/**
 * Runs a task on each of these nodes, on all at once, and waits until it has succeeded everywhere. Its pods are on the
 * host's network, so they run also where pods have no network. Removes its pods, also after a failure, and those of a
 * killed run that have ended.
 *
 * @throws ClusterError that names each node on which it has not succeeded, and why.
 */
export async function runOnNodes(
  connection: Connection,
  task: NodeTask,
  nodes: readonly V1Node[],
  patience: Patience,
): Promise<void> {
  const { api } = connection;
  const path = `/api/v1/namespaces/${task.namespace}/pods`;
  const started = new Map<string, string>();
  const done = new Set<string>();
  const nameOf = (node: V1Node) => node.metadata?.name ?? '';
  let states: readonly NodeOutcome[] = [];
  await removeEnded(connection, task);
  try {
    const finished = await until(async () => {
      const pods = await api.list<V1Pod>(path, { labelSelector: `${TASK_LABEL}=${task.name}` });
      states = nodes.map((node) => outcomeOf(node, pods, started.get(nameOf(node))));
      for (const { node, pod, text, hopeless } of states) {
        const name = nameOf(node);
        if (pod?.status?.phase === 'Succeeded') done.add(name);
        if (hopeless) throw failed(task, [text]);
        if (!done.has(name) && pod === undefined) {
          started.set(name, await start(connection, task, name));
        }
      }
      return nodes.every((node) => done.has(nameOf(node))) ? true : undefined;
    }, patience);
    if (finished) return;
    const left = states.filter(({ node }) => !done.has(nameOf(node)));
    throw failed(
      task,
      left.map(({ text }) => text),
    );
  } finally {
    for (const name of started.values()) {
      await api.remove(`${path}/${name}`, { gracePeriodSeconds: 0 });
    }
  }
}

interface NodeOutcome {
  readonly node: V1Node;
  /** Undefined before it is started, and after somebody has deleted it. */
  readonly pod: V1Pod | undefined;
  readonly text: string;
  readonly hopeless: boolean;
}

function outcomeOf(node: V1Node, pods: readonly V1Pod[], name: string | undefined): NodeOutcome {
  const pod = pods.find(({ metadata }) => metadata?.name === name);
  const trouble = pod === undefined ? undefined : podTrouble(pod);
  const { name: nodeName, ready, reason } = nodeState(node);
  const state = ready ? '' : ` (the node is not Ready: ${reason})`;
  const text = trouble?.text ?? `pod ${name ?? ''} on ${nodeName} has not run yet${state}`;
  return { node, pod, text, hopeless: trouble?.hopeless ?? false };
}

/** Removes pods of the task that have ended and for which nobody waits. */
async function removeEnded({ api }: Connection, { name, namespace }: NodeTask): Promise<void> {
  const labelSelector = `${TASK_LABEL}=${name}`;
  const path = `/api/v1/namespaces/${namespace}/pods`;
  for (const phase of ['Succeeded', 'Failed']) {
    await api.removeAll(path, { labelSelector, fieldSelector: `status.phase=${phase}` });
  }
}

async function start(
  { api }: Connection,
  { name, namespace, spec }: NodeTask,
  nodeName: string,
): Promise<string> {
  const labels = { ...OUR_LABELS, [TASK_LABEL]: name };
  const pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { generateName: `${name}-`, namespace, labels },
    spec: {
      ...spec,
      nodeName,
      hostNetwork: true,
      restartPolicy: 'OnFailure',
      activeDeadlineSeconds: LONGEST_SECONDS,
      terminationGracePeriodSeconds: 0,
      automountServiceAccountToken: false,
      priorityClassName: 'system-node-critical',
      tolerations: [{ operator: 'Exists' }],
    },
  };
  try {
    const created = await api.create<V1Pod>(`/api/v1/namespaces/${namespace}/pods`, pod);
    return created.metadata?.name ?? '';
  } catch (error) {
    throw refused({ ...pod, metadata: { name: `${name} on ${nodeName}`, namespace } }, error);
  }
}

function failed({ name, namespace, failure, nextStep }: NodeTask, reasons: readonly string[]) {
  return new ClusterError({
    resource: `pods ${name} in ${namespace}`,
    reason: `${failure}: ${reasons.join('; ')}`,
    nextStep,
  });
}
