import type { CoreV1Event, V1Pod } from '@kubernetes/client-node';
import type { Clock } from '../../core/clock.ts';
import { ClusterError, messageOf } from '../../core/errors.ts';
import type { Log } from '../../core/log.ts';
import { until } from '../../core/retry.ts';
import { isAboutObject, isTaken, reasonOf } from '../../kubernetes/api-error.ts';
import { refusalAdvice } from '../../kubernetes/explain.ts';
import { GRACE_MS } from '../../kubernetes/patience.ts';
import { isReady, podTrouble } from '../../kubernetes/pods.ts';
import { MANAGED_BY, MANAGED_BY_LABEL, type ProbeCluster } from './cluster.ts';
import type { ProbePod } from './sample-apps.ts';

export interface PodLife {
  readonly run: string;
  readonly clock: Clock;
  readonly log: Log;
  /** Aborted when the runner stops the job. The pods are removed then, too. */
  readonly signal: AbortSignal;
  /** Keeps the pods for a person to inspect. */
  readonly keep: boolean;
  /** When the step must be over, on the clock. Removing what it made may take little longer. */
  readonly deadline: number;
}

/** When to stop waiting for a removal that begins now: after `ms`, or soon after the deadline of the step. */
export function removedBy({ clock, deadline }: Pick<PodLife, 'clock' | 'deadline'>, ms: number) {
  const now = clock.now();
  return Math.min(now + ms, Math.max(now, deadline) + GRACE_MS);
}

/** How often a deletion is checked. */
export const DELETION_POLL_MS = 300;
const GONE_WITHIN_MS = 30_000;

/**
 * Creates the pods, does the work, and removes the pods: after success, after failure, and at once when the signal
 * aborts. Pods that an earlier run left behind are removed first.
 *
 * @throws ClusterError when a pod cannot be created, or when a pod of that name is not ours.
 */
export async function withProbePods<T>(
  cluster: ProbeCluster,
  pods: readonly ProbePod[],
  life: PodLife,
  work: () => Promise<T>,
): Promise<T> {
  const creation = removeEarlier(cluster, pods, life).then(() => createAll(cluster, pods, life));
  let result: T;
  try {
    result = await Promise.race([creation.then(work), aborted(life.signal)]);
  } catch (error) {
    await creation.catch(() => undefined);
    await end(cluster, life).catch((problem) => life.log.warn(messageOf(problem)));
    throw error;
  }
  await end(cluster, life);
  return result;
}

async function createAll(
  cluster: ProbeCluster,
  pods: readonly ProbePod[],
  life: PodLife,
): Promise<void> {
  life.signal.throwIfAborted();
  const results = await Promise.allSettled(
    pods.map(async ({ name, manifest }) => {
      try {
        await cluster.createPod(manifest);
      } catch (error) {
        throw notCreated(cluster.namespace, name, error);
      }
    }),
  );
  const failure = results.find((result) => result.status === 'rejected');
  if (failure !== undefined) throw failure.reason;
  life.log.info(`Created ${pods.map(({ name }) => name).join(', ')} in ${cluster.namespace}`);
}

async function removeEarlier(
  cluster: ProbeCluster,
  pods: readonly ProbePod[],
  { clock, log, signal }: PodLife,
): Promise<void> {
  const found = await Promise.all(pods.map(({ name }) => cluster.pod(name)));
  const earlier = found.filter((pod) => pod !== undefined);
  const foreign = earlier.find((pod) => pod.metadata?.labels?.[MANAGED_BY_LABEL] !== MANAGED_BY);
  if (foreign !== undefined) throw notOurs(cluster.namespace, nameOf(foreign));
  if (earlier.length === 0) return;
  log.info(`Removing pods of an earlier run: ${earlier.map(nameOf).join(', ')}`);
  await Promise.all(earlier.map((pod) => cluster.deletePod(pod)));
  const gone = await until(
    async () => {
      signal.throwIfAborted();
      const now = await Promise.all(earlier.map((pod) => cluster.pod(nameOf(pod))));
      return now.some((pod) => pod !== undefined) ? undefined : true;
    },
    { deadline: clock.now() + GONE_WITHIN_MS, clock, everyMs: DELETION_POLL_MS },
  );
  if (gone !== true) throw notGone(cluster.namespace, earlier.map(nameOf));
}

async function end(cluster: ProbeCluster, life: PodLife): Promise<void> {
  if (life.keep) {
    life.log.info(
      `The pods stay: kubectl -n ${cluster.namespace} delete pod ${selector(life.run)}`,
    );
    return;
  }
  const { clock, run } = life;
  const isGone = async (force: boolean) => {
    await cluster.deletePodsOf(run, force);
    return (await cluster.podsOf(run)).length === 0 ? true : undefined;
  };
  const wait = { clock, everyMs: DELETION_POLL_MS };
  const gone = (force: boolean) =>
    until(() => isGone(force), { ...wait, deadline: removedBy(life, GONE_WITHIN_MS) });
  try {
    if (await gone(false)) return;
    life.log.warn(
      'The nodes did not confirm that the sample pods ended; removing the pods by force',
    );
    if (await gone(true)) return;
  } catch (error) {
    // Each request was sent again while that could help.
    if (isAboutObject(error)) throw error;
    throw notRemoved(cluster.namespace, run, error);
  }
  throw notGone(cluster.namespace, (await cluster.podsOf(run)).map(nameOf));
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}

function nameOf(pod: V1Pod): string {
  return pod.metadata?.name ?? '';
}

function selector(run: string): string {
  return `-l eks-multus-actions/run=${run}`;
}

function notOurs(namespace: string, name: string): ClusterError {
  return new ClusterError({
    resource: `pod ${namespace}/${name}`,
    reason: 'a pod of this name exists and was not created by this action',
    nextStep: 'delete that pod, or give verify another namespace with the input namespace',
  });
}

function notGone(namespace: string, names: readonly string[]): ClusterError {
  return new ClusterError({
    resource: `pods ${names.join(', ')} in ${namespace}`,
    reason: `they still exist ${GONE_WITHIN_MS / 1000} seconds after their deletion`,
    nextStep: 'look at the state of their nodes; kubectl delete pod --force removes them',
  });
}

function notRemoved(namespace: string, run: string, cause: unknown): ClusterError {
  return new ClusterError({
    resource: `sample pods in ${namespace}`,
    reason: `they may still be there: the API server gave no answer (${reasonOf(cause)})`,
    nextStep: `remove them: kubectl -n ${namespace} delete pod ${selector(run)}`,
    cause,
  });
}

/** An error that says nothing about the pod stays as it is: the connection explains it. */
function notCreated(namespace: string, name: string, error: unknown): unknown {
  if (!isAboutObject(error)) return error;
  return new ClusterError({
    resource: `pod ${namespace}/${name}`,
    reason: `it could not be created: ${reasonOf(error)}`,
    nextStep: isTaken(error)
      ? 'another run uses the same namespace at this moment: let it finish first'
      : refusalAdvice(error),
    cause: error,
  });
}

export interface PodWait {
  readonly run: string;
  readonly names: readonly string[];
  readonly deadline: number;
  readonly clock: Clock;
  readonly log: Log;
}

/** A pod as it was when waiting ended. */
export interface WaitedPod {
  readonly pod: V1Pod;
  readonly state: PodState;
}

/** How often pods that start are checked. */
const READY_POLL_MS = 500;
/** Events need a call for each pod, and most pods are Ready before that. */
const EVENTS_AFTER_MS = 5_000;
/** A container that cannot start for this long is given up. */
const TROUBLED_FOR_MS = 60_000;

/** Waits until every pod is Ready or cannot become Ready, or the deadline passes. Logs each change of state. */
export async function awaitPods(cluster: ProbeCluster, wait: PodWait): Promise<WaitedPod[]> {
  const started = wait.clock.now();
  const logged = new Map<string, string>();
  const troubledSince = new Map<string, number>();
  let waited: WaitedPod[] = [];
  await until(
    async () => {
      const now = wait.clock.now();
      const pods = await cluster.podsOf(wait.run);
      waited = await Promise.all(
        pods.map((pod) => inspectPod(cluster, pod, now - started > EVENTS_AFTER_MS)),
      );
      for (const { state } of waited) {
        if (logged.get(state.name) !== state.text) wait.log.info(`${state.name}: ${state.text}`);
        logged.set(state.name, state.text);
        if (!state.troubled) troubledSince.delete(state.name);
        else if (!troubledSince.has(state.name)) troubledSince.set(state.name, now);
      }
      const settled = waited.filter(
        ({ state }) =>
          state.ready ||
          state.hopeless ||
          now - (troubledSince.get(state.name) ?? now) > TROUBLED_FOR_MS,
      );
      return settled.length === wait.names.length ? true : undefined;
    },
    { deadline: wait.deadline, clock: wait.clock, everyMs: READY_POLL_MS },
  );
  return waited;
}

async function inspectPod(
  cluster: ProbeCluster,
  pod: V1Pod,
  withEvents: boolean,
): Promise<WaitedPod> {
  const state = podState(pod);
  if (state.ready || !withEvents) return { pod, state };
  return { pod, state: podState(pod, await cluster.eventsOf(pod)) };
}

/** The state of a pod that should become Ready. */
export interface PodState {
  readonly name: string;
  readonly ready: boolean;
  /** The state in one line, for people. */
  readonly text: string;
  /** The pod cannot become Ready. */
  readonly hopeless: boolean;
  /** A container reports that it cannot start. That may pass, unless it lasts. */
  readonly troubled: boolean;
}

/** Reads the state of a pod. Events show what its status does not, such as a sandbox that could not be created. */
export function podState(pod: V1Pod, events: readonly CoreV1Event[] = []): PodState {
  const name = pod.metadata?.name ?? '';
  const node = pod.spec?.nodeName;
  if (pod.metadata?.deletionTimestamp !== undefined) {
    return { name, ready: false, text: 'it is being deleted', hopeless: true, troubled: true };
  }
  if (isReady(pod)) {
    const text = `Ready on ${node ?? 'no node'}`;
    return { name, ready: true, text, hopeless: false, troubled: false };
  }
  const trouble = podTrouble(pod);
  const phase = `${pod.status?.phase ?? 'Pending'}${node === undefined ? '' : ` on ${node}`}`;
  return {
    name,
    ready: false,
    text: trouble?.text ?? warning(events) ?? phase,
    hopeless: trouble?.hopeless ?? false,
    troubled: trouble !== undefined && node !== undefined,
  };
}

function warning(events: readonly CoreV1Event[]): string | undefined {
  const last = events
    .filter(({ type }) => type === 'Warning')
    .toSorted((a, b) => timeOf(a) - timeOf(b))
    .at(-1);
  return last === undefined
    ? undefined
    : `${last.reason ?? 'Warning'}: ${withAdvice(pluginError(last.message ?? ''))}`;
}

/** Multus runs plugins that it finds on the node. Two versions of the VPC CNI put only their own there: see `checkPlugins`. */
function withAdvice(error: string): string {
  return /failed to find plugin "[\w-]+" in path/.test(error)
    ? `${error}: the node lacks this plugin, which the VPC CNI brings (update the add-on vpc-cni to v1.20.4 or later)`
    : error;
}

/**
 * The error of a CNI plugin without the ids and arguments that containerd and Multus add. They differ in each attempt
 * and hide the reason.
 */
function pluginError(message: string): string {
  const words = /ERRORED: .*?(error adding [^\n]+)/s.exec(message)?.[1];
  if (words !== undefined) return words;
  const shim = /plugin type="multus-shim".*?failed \(add\): (.+)/s.exec(message)?.[1];
  return (shim ?? message).replace(/sandbox "[0-9a-f]{64}"/, 'sandbox');
}

function timeOf(event: CoreV1Event): number {
  const time = event.lastTimestamp ?? event.eventTime ?? event.metadata.creationTimestamp;
  return time === undefined ? 0 : new Date(time).getTime();
}
