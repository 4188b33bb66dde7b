import type { V1Node, V1Pod } from '@kubernetes/client-node';
import type { KubernetesApi } from '../kubernetes/api.ts';
import { mayPass, reasonOf, statusOf } from '../kubernetes/api-error.ts';
import { type Leave, podsToLeave } from './pods-to-leave.ts';

/** On a node, it says that a rollout has cordoned it, and whether it was cordoned before. */
export const ROLLOUT_ANNOTATION = 'eks-multus-actions/rollout';
const DRAINING = 'draining';
const CORDONED_BEFORE = 'draining, cordoned before';

/** Whether a rollout has cordoned the node. */
export function isDraining({ metadata }: V1Node): boolean {
  return metadata?.annotations?.[ROLLOUT_ANNOTATION] !== undefined;
}

/** How a node's pods leave. */
export interface DrainResult {
  /** How many are still there. */
  readonly left: number;
  /** Why some were not evicted, pod by pod. */
  readonly blocked: readonly string[];
  /** The pods for whose sake the node was not drained, each with the reason. */
  readonly kept: readonly string[];
}

/** The pods of a node that have to leave it. */
export async function readPods(api: KubernetesApi, node: string): Promise<Leave> {
  const fieldSelector = `spec.nodeName=${node}`;
  return podsToLeave(await api.list<V1Pod>('/api/v1/pods', { fieldSelector }));
}

/**
 * Cordons a node and asks each of its pods to leave through the Eviction API, once. PodDisruptionBudgets and grace periods
 * hold: a refused pod stays, and the result says why. Does nothing to a node with pods that no controller would start
 * again. Call it until none is left.
 */
export async function drainOnce(api: KubernetesApi, node: string): Promise<DrainResult> {
  const { alone, ending, evict } = await readPods(api, node);
  if (alone.length > 0) {
    const kept = alone.map((pod) => `nothing would start pod ${nameOf(pod)} again`);
    return { left: alone.length + ending.length + evict.length, blocked: [], kept };
  }
  await cordon(api, node);
  const refusals = await Promise.all(evict.map((pod) => evictPod(api, pod)));
  const blocked = refusals.filter((reason) => reason !== undefined);
  return { left: ending.length + evict.length, blocked, kept: [] };
}

/** Keeps new pods off a node, and notes on it that a rollout did so. */
export async function cordon(api: KubernetesApi, name: string): Promise<void> {
  const node = await api.get<V1Node>(pathOf(name));
  if (isDraining(node) && node.spec?.unschedulable === true) return;
  const before = !isDraining(node) && node.spec?.unschedulable === true;
  const annotations = { [ROLLOUT_ANNOTATION]: before ? CORDONED_BEFORE : DRAINING };
  const spec = { unschedulable: true };
  await api.repeat(() => api.merge(pathOf(name), { metadata: { annotations }, spec }));
}

/** Undoes what `cordon` did. Leaves a node alone that somebody else cordoned. */
export async function uncordon(api: KubernetesApi, name: string): Promise<void> {
  const node = await api.read<V1Node>(pathOf(name));
  const note = node?.metadata?.annotations?.[ROLLOUT_ANNOTATION];
  if (note === undefined) return;
  const annotations = { [ROLLOUT_ANNOTATION]: null };
  const spec = note === CORDONED_BEFORE ? {} : { spec: { unschedulable: false } };
  await api.repeat(() => api.merge(pathOf(name), { metadata: { annotations }, ...spec }));
}

function pathOf(node: string): string {
  return `/api/v1/nodes/${encodeURIComponent(node)}`;
}

/** Why the pod was not evicted; undefined when it was, or is gone. */
async function evictPod(api: KubernetesApi, pod: V1Pod): Promise<string | undefined> {
  const { name = '', namespace = '', uid } = pod.metadata ?? {};
  const path = `/api/v1/namespaces/${namespace}/pods/${encodeURIComponent(name)}/eviction`;
  const eviction = {
    apiVersion: 'policy/v1',
    kind: 'Eviction',
    metadata: { name, namespace },
    // Another pod of the same name, on another node, stays.
    deleteOptions: { preconditions: { uid } },
  };
  try {
    await api.create(path, eviction);
    return undefined;
  } catch (error) {
    const status = statusOf(error);
    if (status === 404 || status === 409) return undefined;
    if (!mayPass(error) && (status === undefined || status === 401)) throw error;
    // 429: a budget forbids it now. 500: several budgets select the pod, or one cannot be computed.
    return `pod ${nameOf(pod)} stays: ${reasonOf(error)}`;
  }
}

function nameOf({ metadata }: V1Pod): string {
  return `${metadata?.namespace}/${metadata?.name}`;
}
