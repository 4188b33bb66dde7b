import type { V1Pod } from '@kubernetes/client-node';
import { MANAGED_BY, MANAGED_BY_LABEL, RUN_LABEL } from '../connectivity/probe/cluster.ts';

/** What happens to the pods of a node that is drained. */
export interface Leave {
  /** To be evicted. */
  readonly evict: readonly V1Pod[];
  /** Already ending. */
  readonly ending: readonly V1Pod[];
  /** Nothing would start these again, so the node is not drained. */
  readonly alone: readonly V1Pod[];
}

/**
 * Sorts the pods of a node as `kubectl drain` does. Pods of DaemonSets, the kubelet's own pods and pods that have ended
 * stay, because the node takes them with it. Pure.
 */
export function podsToLeave(pods: readonly V1Pod[]): Leave {
  const leaving = pods.filter((pod) => !hasEnded(pod) && !isOfNode(pod));
  const [ending, staying] = split(leaving, isEnding);
  const [alone, evict] = split(staying, isAlone);
  return { evict, ending, alone };
}

function split(pods: readonly V1Pod[], belongs: (pod: V1Pod) => boolean) {
  return [pods.filter(belongs), pods.filter((pod) => !belongs(pod))] as const;
}

function hasEnded({ status }: V1Pod): boolean {
  return status?.phase === 'Succeeded' || status?.phase === 'Failed';
}

function isEnding({ metadata }: V1Pod): boolean {
  return metadata?.deletionTimestamp !== undefined;
}

/** https://kubernetes.io/docs/reference/labels-annotations-taints/#kubernetes-io-config-mirror */
const MIRROR = 'kubernetes.io/config.mirror';

function isOfNode(pod: V1Pod): boolean {
  return pod.metadata?.annotations?.[MIRROR] !== undefined || controllerOf(pod) === 'DaemonSet';
}

function controllerOf({ metadata }: V1Pod): string | undefined {
  return metadata?.ownerReferences?.find(({ controller }) => controller === true)?.kind;
}

/** A pod without a controller, unless it is a test pod of the pack. */
function isAlone(pod: V1Pod): boolean {
  const { labels = {} } = pod.metadata ?? {};
  const isTest = labels[MANAGED_BY_LABEL] === MANAGED_BY && labels[RUN_LABEL] !== undefined;
  return controllerOf(pod) === undefined && !isTest;
}
