import type { V1DaemonSet, V1Node, V1Pod } from '@kubernetes/client-node';
import type { Clock } from '../core/clock.ts';
import { ClusterError } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import { until } from '../core/retry.ts';
import type { Connection } from './connection.ts';
import type { NodeFinding } from './nodes.ts';
import { isReady, type PodTrouble, podTrouble } from './pods.ts';

export interface RolloutWait {
  readonly namespace: string;
  readonly name: string;
  readonly atLeast: number;
  /** Counts only these nodes; all nodes when not given. */
  readonly nodes?: readonly string[];
  /** The label selector of nodes that do not count. Used only without `nodes`. */
  readonly leftOut?: string | undefined;
  /** Whether a pod that is Ready does its work already, where no startup probe can tell; true for all when not given. */
  readonly hasStarted?: (pod: V1Pod) => Promise<boolean>;
  /** The next step when pods run but have not started to work. */
  readonly notStarted?: string;
  readonly deadline: number;
  /** Also gives up when the rollout has not moved for this long. */
  readonly stallMs?: number;
  readonly clock: Clock;
  readonly log: Log;
}

export interface Rollout {
  readonly done: boolean;
  readonly ready: number;
  readonly desired: number;
  /** In words, for the log. */
  readonly text: string;
}

/**
 * Waits for the rollout of a DaemonSet. Logs each change.
 *
 * @throws ClusterError with the state of its pods, when the deadline passes, the rollout does not move, or a pod can
 * never start.
 */
export async function awaitRollout(connection: Connection, wait: RolloutWait): Promise<Rollout> {
  const { namespace, name, log, clock, stallMs = Number.POSITIVE_INFINITY } = wait;
  let logged = '';
  let movedAt = clock.now();
  let moved = '';
  let troubles: readonly string[] = [];
  let unready: readonly string[] = [];
  const rollout = await until(async () => {
    const set = await readDaemonSet(connection, namespace, name);
    const { state, found, unready: names } = await readState(connection, wait, set);
    troubles = found.map(({ text }) => text);
    unready = names;
    const line = [`DaemonSet ${name}: ${state.text}`, ...troubles].join('\n  ');
    if (state.text !== moved) movedAt = clock.now();
    moved = state.text;
    if (line !== logged) log.info(line);
    logged = line;
    if (found.some(({ hopeless }) => hopeless)) throw failed(wait, troubles, 'cannot roll out');
    if (state.done) return state;
    if (clock.now() - movedAt < stallMs) return undefined;
    throw failed(wait, reasons(troubles, unready, logged), 'the rollout has stopped');
  }, wait);
  if (rollout !== undefined) return rollout;
  throw failed(wait, reasons(troubles, unready, logged), 'not rolled out in time');
}

/** The most that is known about why a rollout does not end. */
function reasons(
  troubles: readonly string[],
  unready: readonly string[],
  progress: string,
): readonly string[] {
  if (troubles.length > 0) return troubles;
  return unready.length > 0 ? unready : [progress];
}

/** For each pod of a DaemonSet that does not run: the reason and the next step. */
export async function explainRollout(
  connection: Connection,
  where: Pick<RolloutWait, 'namespace' | 'name' | 'hasStarted' | 'notStarted'>,
): Promise<readonly NodeFinding[]> {
  const { namespace, name } = where;
  const set = await readDaemonSet(connection, namespace, name);
  const pods = await podsOf(connection, namespace, set);
  const troubles = [...troublesOf(pods), ...(await idlePods(pods, where)).map(idleTrouble)];
  return troubles.map(({ text }) => ({ what: text, nextStep: advice(where, text) }));
}

async function readState(connection: Connection, wait: RolloutWait, set: V1DaemonSet) {
  const { namespace, nodes, atLeast, hasStarted } = wait;
  const everywhere = rolloutOf(set, atLeast);
  if (nodes === undefined && hasStarted === undefined && everywhere.done) {
    return { state: everywhere, found: [], unready: [] };
  }
  const [pods, others] = await Promise.all([
    podsOf(connection, namespace, set),
    namesLeftOut(connection, wait),
  ]);
  const counts = ({ spec }: V1Pod) =>
    nodes?.includes(spec?.nodeName ?? '') ?? !others.has(spec?.nodeName);
  const counted = pods.filter(counts);
  const beside = others.size === 0 ? everywhere : rolloutBeside(set, counted, atLeast);
  const state = nodes === undefined ? beside : rolloutOn(counted, nodes);
  const idle = await idlePods(counted, wait);
  const done = state.done && idle.length === 0;
  const found = done ? [] : [...troublesOf(counted), ...idle.map(idleTrouble)];
  const unready = counted.filter((pod) => !isReady(pod)).map(describePod);
  return { state: { ...state, done }, found, unready };
}

/** The pods that are Ready but do not work yet. */
async function idlePods(
  pods: readonly V1Pod[],
  { hasStarted }: Pick<RolloutWait, 'hasStarted'>,
): Promise<readonly V1Pod[]> {
  if (hasStarted === undefined) return [];
  const judged = await Promise.all(
    pods.filter(isReady).map(async (pod) => ({ pod, works: await hasStarted(pod) })),
  );
  return judged.flatMap(({ pod, works }) => (works ? [] : [pod]));
}

function idleTrouble({ metadata, spec }: V1Pod): PodTrouble {
  const text = `pod ${metadata?.name} on ${spec?.nodeName}: it runs, but has not started to work yet`;
  return { text, hopeless: false };
}

function describePod({ metadata, spec, status }: V1Pod): string {
  const phase = metadata?.deletionTimestamp === undefined ? status?.phase : 'Terminating';
  return `pod ${metadata?.name} on ${spec?.nodeName} is not Ready (${phase})`;
}

function readDaemonSet({ api }: Connection, namespace: string, name: string) {
  return api.get<V1DaemonSet>(`/apis/apps/v1/namespaces/${namespace}/daemonsets/${name}`);
}

async function namesLeftOut({ api }: Connection, { leftOut }: RolloutWait) {
  const selection = { labelSelector: leftOut ?? '' };
  const nodes = leftOut === undefined ? [] : await api.list<V1Node>('/api/v1/nodes', selection);
  return new Set(nodes.map(({ metadata }) => metadata?.name));
}

function troublesOf(pods: readonly V1Pod[]) {
  return pods.map(podTrouble).filter((trouble) => trouble !== undefined);
}

function podsOf(connection: Connection, namespace: string, set: V1DaemonSet) {
  const labels = set.spec?.selector.matchLabels ?? {};
  const labelSelector = Object.entries(labels)
    .map(([key, value]) => `${key}=${value}`)
    .join(',');
  return connection.api.list<V1Pod>(`/api/v1/namespaces/${namespace}/pods`, { labelSelector });
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

function failed(wait: RolloutWait, reasons: readonly string[], what: string): ClusterError {
  const text = reasons.join('; ');
  return new ClusterError({
    resource: `daemonset ${wait.namespace}/${wait.name}`,
    reason: `${what}: ${text}`,
    nextStep: advice(wait, text),
  });
}

/** Next steps by the reasons of pods, the most certain first. */
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
  if (/startup probe|not started to work/.test(text)) {
    return (
      wait.notStarted ?? `read what it waits for: kubectl -n ${wait.namespace} logs ds/${wait.name}`
    );
  }
  return 'check that the nodes are Ready and have room for the pod; a longer timeout-minutes helps slow nodes';
}
