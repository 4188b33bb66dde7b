import type { V1DaemonSet } from '@kubernetes/client-node';
import { ClusterError } from '../github/errors.ts';
import type { Log } from '../github/log.ts';
import type { Connection } from './connection.ts';
import { podTrouble } from './pod-trouble.ts';
import { type Clock, until } from './poll.ts';

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
  const seen = (status?.observedGeneration ?? 0) >= (set.metadata?.generation ?? 1);
  const done = seen && desired >= atLeast && updated >= desired && ready >= desired;
  const wanted = Math.max(desired, atLeast);
  const text = seen
    ? `${ready} of ${wanted} available, ${updated} updated`
    : 'its controller has not seen the change yet';
  return { done, ready, desired, text };
}

export interface RolloutWait {
  readonly namespace: string;
  readonly name: string;
  readonly atLeast: number;
  /** What to do when its pods run, but their startup probe does not pass. */
  readonly notStarted?: string;
  readonly deadline: number;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * Waits for a DaemonSet to be rolled out, with a line in the log for each step of it.
 *
 * @throws ClusterError with what its pods say, when the deadline passes or a pod can never start.
 */
export async function awaitRollout(connection: Connection, wait: RolloutWait): Promise<Rollout> {
  const { namespace, name, log } = wait;
  let said = '';
  let troubles: readonly string[] = [];
  const rollout = await until(async () => {
    const set = await connection.apps.readNamespacedDaemonSet({ namespace, name });
    const state = rolloutOf(set, wait.atLeast);
    const found = state.done ? [] : await troublesOf(connection, namespace, set);
    troubles = found.map(({ text }) => text);
    const line = [`DaemonSet ${name}: ${state.text}`, ...troubles].join('\n  ');
    if (line !== said) log.info(line);
    said = line;
    if (found.some(({ hopeless }) => hopeless)) throw failed(wait, troubles, 'cannot roll out');
    return state.done ? state : undefined;
  }, wait);
  if (rollout !== undefined) return rollout;
  throw failed(wait, troubles.length > 0 ? troubles : [said], 'not rolled out in time');
}

async function troublesOf(connection: Connection, namespace: string, set: V1DaemonSet) {
  const labels = set.spec?.selector.matchLabels ?? {};
  const labelSelector = Object.entries(labels)
    .map(([key, value]) => `${key}=${value}`)
    .join(',');
  const pods = await connection.core.listNamespacedPod({ namespace, labelSelector });
  return pods.items.map(podTrouble).filter((trouble) => trouble !== undefined);
}

function failed(wait: RolloutWait, reasons: readonly string[], what: string): ClusterError {
  const text = reasons.join('; ');
  return new ClusterError({
    resource: `daemonset ${wait.namespace}/${wait.name}`,
    reason: `${what}: ${text}`,
    nextStep: advice(wait, text),
  });
}

/** What to do about the words of pods. The first that fits, the most certain first. */
const ADVICE: readonly (readonly [words: RegExp, nextStep: string])[] = [
  [
    /Image/,
    'check that the image exists in that registry and region, and that the node role may pull from it (multus-image names another)',
  ],
  [
    /CrashLoop|exit code/,
    'read the last words of the container above; Multus starts only once the VPC CNI has written 10-aws.conflist on the node',
  ],
  [
    /Unschedulable/,
    'read above what the nodes lack (room, or a label that the pod asks for): kubectl describe node NAME',
  ],
];

function advice(wait: RolloutWait, text: string): string {
  const found = ADVICE.find(([words]) => words.test(text));
  if (found !== undefined) return found[1];
  if (/startup probe/.test(text)) {
    return (
      wait.notStarted ?? `read what it waits for: kubectl -n ${wait.namespace} logs ds/${wait.name}`
    );
  }
  return 'check that the nodes are Ready and have room for the pod; a longer timeout-minutes helps slow nodes';
}
