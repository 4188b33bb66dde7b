import type { V1DaemonSet, V1Pod } from '@kubernetes/client-node';

export interface Rollout {
  readonly done: boolean;
  readonly ready: number;
  readonly desired: number;
  /** In words, for the log. */
  readonly text: string;
}

/**
 * How far a DaemonSet has got. It is done when its controller has seen the newest version, and every
 * node that should have a pod (at least `atLeast` nodes) has one of that version that is available.
 */
export function rolloutOf(set: V1DaemonSet, atLeast: number): Rollout {
  const { status } = set;
  const desired = status?.desiredNumberScheduled ?? 0;
  const updated = status?.updatedNumberScheduled ?? 0;
  const ready = status?.numberAvailable ?? 0;
  const seen = isSeen(set);
  const done = seen && desired >= atLeast && updated >= desired && ready >= desired;
  const wanted = Math.max(desired, atLeast);
  const text = seen
    ? `${ready} of ${wanted} available, ${updated} updated`
    : 'its controller has not seen the change yet';
  return { done, ready, desired, text };
}

/**
 * How far a DaemonSet has got when some nodes do not count: each node must have a pod of the newest version, but whether
 * it runs matters only for `pods`, those on the other nodes. Pure.
 */
export function rolloutBeside(set: V1DaemonSet, pods: readonly V1Pod[], atLeast: number): Rollout {
  const ready = pods.filter(isReady).length;
  const wanted = Math.max(pods.length, atLeast);
  const { desiredNumberScheduled: all = 0, updatedNumberScheduled: updated = 0 } = set.status ?? {};
  const done = isSeen(set) && updated >= all && ready >= wanted;
  const text = `${ready} of ${wanted} Ready, ${updated} of ${all} updated`;
  return { done, ready, desired: pods.length, text };
}

/** Whether the numbers in the status are those of the newest version. */
function isSeen({ metadata, status }: V1DaemonSet): boolean {
  return (status?.observedGeneration ?? 0) >= (metadata?.generation ?? 1);
}

/** How far a DaemonSet has got on some nodes; what other nodes have does not count. Pure. */
export function rolloutOn(pods: readonly V1Pod[], nodes: readonly string[]): Rollout {
  const on = new Set(pods.filter(isReady).map(({ spec }) => spec?.nodeName));
  const ready = nodes.filter((node) => on.has(node)).length;
  const desired = nodes.length;
  return { done: ready === desired, ready, desired, text: `${ready} of ${desired} Ready` };
}

function isReady({ status }: V1Pod): boolean {
  return (
    status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') ?? false
  );
}
