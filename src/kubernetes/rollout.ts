import type { V1DaemonSet, V1Node, V1Pod } from '@kubernetes/client-node';
import { ClusterError } from '../github/errors.ts';
import type { Log } from '../github/log.ts';
import type { Connection } from './connection.ts';
import type { NodeFinding } from './nodes.ts';
import { podTrouble } from './pod-trouble.ts';
import { type Clock, until } from './poll.ts';
import { type Rollout, rolloutBeside, rolloutOf, rolloutOn } from './rollout-state.ts';

export interface RolloutWait {
  readonly namespace: string;
  readonly name: string;
  readonly atLeast: number;
  /** Only these nodes count; all of the cluster when not given. */
  readonly nodes?: readonly string[];
  /** True for nodes that do not count; for when `nodes` is not given. */
  readonly leftOut?: (node: V1Node) => boolean;
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
    const { state, found } = await look(connection, wait, set);
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

/** What each pod of a DaemonSet says that does not run, and what to do about it; nothing when all run. */
export async function explainRollout(
  connection: Connection,
  where: Pick<RolloutWait, 'namespace' | 'name' | 'notStarted'>,
): Promise<readonly NodeFinding[]> {
  const { namespace, name } = where;
  const set = await connection.apps.readNamespacedDaemonSet({ namespace, name });
  const troubles = troublesOf(await podsOf(connection, namespace, set));
  return troubles.map(({ text }) => ({ what: text, nextStep: advice(where, text) }));
}

async function look(connection: Connection, wait: RolloutWait, set: V1DaemonSet) {
  const { namespace, nodes, atLeast } = wait;
  const everywhere = rolloutOf(set, atLeast);
  if (nodes === undefined && everywhere.done) return { state: everywhere, found: [] };
  const pods = await podsOf(connection, namespace, set);
  const others = await namesLeftOut(connection, wait);
  const counts = ({ spec }: V1Pod) =>
    nodes?.includes(spec?.nodeName ?? '') ?? !others.has(spec?.nodeName);
  const counted = pods.filter(counts);
  const beside = others.size === 0 ? everywhere : rolloutBeside(set, counted, atLeast);
  const state = nodes === undefined ? beside : rolloutOn(counted, nodes);
  return { state, found: state.done ? [] : troublesOf(counted) };
}

async function namesLeftOut({ core }: Connection, { leftOut }: RolloutWait) {
  const nodes = leftOut === undefined ? [] : (await core.listNode()).items.filter(leftOut);
  return new Set(nodes.map(({ metadata }) => metadata?.name));
}

function troublesOf(pods: readonly V1Pod[]) {
  return pods.map(podTrouble).filter((trouble) => trouble !== undefined);
}

async function podsOf(connection: Connection, namespace: string, set: V1DaemonSet) {
  const labels = set.spec?.selector.matchLabels ?? {};
  const labelSelector = Object.entries(labels)
    .map(([key, value]) => `${key}=${value}`)
    .join(',');
  return (await connection.core.listNamespacedPod({ namespace, labelSelector })).items;
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

function advice(
  wait: Pick<RolloutWait, 'namespace' | 'name' | 'notStarted'>,
  text: string,
): string {
  const found = ADVICE.find(([words]) => words.test(text));
  if (found !== undefined) return found[1];
  if (/startup probe/.test(text)) {
    return (
      wait.notStarted ?? `read what it waits for: kubectl -n ${wait.namespace} logs ds/${wait.name}`
    );
  }
  return 'check that the nodes are Ready and have room for the pod; a longer timeout-minutes helps slow nodes';
}
