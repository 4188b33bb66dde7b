import { messageOf } from '../github/errors.ts';
import type { Log } from '../github/log.ts';
import type { WaitedPod } from './await-pods.ts';
import type { ProbeCluster } from './cluster.ts';
import { inParallel } from './in-parallel.ts';
import { parseNetworkStatus, STATUS_ANNOTATION } from './network-status.ts';
import type { PodObservation } from './observation.ts';
import { pairsOf } from './pairs.ts';
import { parseProbe } from './probe-output.ts';
import { type PingTarget, probeScript, probeTimeoutMs } from './probe-script.ts';
import type { ProbePod } from './sample-apps.ts';

/** Execs at the same time: the API server and the kubelets carry each as an open connection. */
const EXECS_AT_ONCE = 16;

/** What the API server says of the pods that were asked for. Pure. */
export function observedFromOutside(
  pods: readonly ProbePod[],
  waited: readonly WaitedPod[],
): PodObservation[] {
  return pods.map(({ name, networks }) => {
    const found = waited.find(({ state }) => state.name === name);
    if (found === undefined) return { name, networks, notReady: 'the pod is gone' };
    const { pod, state } = found;
    const status = parseNetworkStatus(pod.metadata?.annotations?.[STATUS_ANNOTATION]);
    return {
      name,
      networks,
      ...(pod.spec?.nodeName === undefined ? {} : { node: pod.spec.nodeName }),
      ...(state.ready ? {} : { notReady: state.text }),
      ...(status === undefined ? {} : { status }),
    };
  });
}

/** The pings that each pod is to send, by pod. Pure. */
export function pingTargets(pods: readonly PodObservation[]): Map<string, PingTarget[]> {
  const targets = new Map<string, PingTarget[]>(pods.map(({ name }) => [name, []]));
  for (const { source, target } of pairsOf(pods)) {
    if (source.address === undefined || target.address === undefined) continue;
    targets.get(source.pod)?.push({ interface: source.interface, address: target.address });
  }
  return targets;
}

/** Looks into every Ready pod: one exec for each, all at the same time. */
export async function observeFromInside(
  cluster: ProbeCluster,
  pods: readonly PodObservation[],
  log: Log,
): Promise<PodObservation[]> {
  const targets = pingTargets(pods);
  return inParallel(pods, EXECS_AT_ONCE, async (pod) => {
    if (pod.notReady !== undefined) return pod;
    const own = targets.get(pod.name) ?? [];
    const parsed = await probe(cluster, pod.name, own);
    const outcome = 'probe' in parsed ? `looked into, ${own.length} pings sent` : parsed.error;
    log.info(`${pod.name}: ${outcome}`);
    return 'probe' in parsed ? { ...pod, ...parsed } : { ...pod, probeError: parsed.error };
  });
}

async function probe(cluster: ProbeCluster, pod: string, targets: readonly PingTarget[]) {
  try {
    const timeout = probeTimeoutMs(targets);
    return parseProbe(await cluster.runScript(pod, probeScript(targets), timeout));
  } catch (error) {
    return { error: messageOf(error).split('\n', 1)[0] ?? '' };
  }
}
