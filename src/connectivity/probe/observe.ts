import { messageOf } from '../../core/errors.ts';
import { inParallel } from '../../core/in-parallel.ts';
import type { Log } from '../../core/log.ts';
import type { Ping, PodObservation } from '../evaluate/observation.ts';
import {
  answered,
  type Pair,
  type PairPlan,
  type ProbedPair,
  pairsOf,
  probedPairs,
} from '../evaluate/pairs.ts';
import type { ProbeCluster } from './cluster.ts';
import { parseNetworkStatus, parsePings, parseProbe, STATUS_ANNOTATION } from './probe-output.ts';
import type { WaitedPod } from './probe-pods.ts';
import { type PingTarget, pingScript, probeScript, probeTimeoutMs } from './probe-script.ts';
import type { ProbePod } from './sample-apps.ts';

/** Execs at the same time: the API server and the kubelets carry each as an open connection. */
const EXECS_AT_ONCE = 16;

/** What the API server says of the pods that were asked for. Pure. */
export function observedFromOutside(
  pods: readonly ProbePod[],
  waited: readonly WaitedPod[],
  zones: ReadonlyMap<string, string> = new Map(),
): PodObservation[] {
  return pods.map(({ name, networks }) => {
    const found = waited.find(({ state }) => state.name === name);
    if (found === undefined) return { name, networks, notReady: 'the pod is gone' };
    const { pod, state } = found;
    const status = parseNetworkStatus(pod.metadata?.annotations?.[STATUS_ANNOTATION]);
    const zone = zones.get(pod.spec?.nodeName ?? '');
    return {
      name,
      networks,
      ...(pod.spec?.nodeName === undefined ? {} : { node: pod.spec.nodeName }),
      ...(zone === undefined ? {} : { zone }),
      ...(state.ready ? {} : { notReady: state.text }),
      ...(status === undefined ? {} : { status }),
    };
  });
}

/** The pings that each pod is to send, by pod. Pure. */
export function pingTargets(
  pairs: readonly Pair[],
  options: { readonly large: boolean },
): Map<string, PingTarget[]> {
  const targets = new Map<string, PingTarget[]>();
  for (const { source, target, expected } of pairs) {
    if (source.address === undefined || target.address === undefined) continue;
    const large = options.large && expected === 'answer';
    const ping = { interface: source.interface, address: target.address };
    targets.set(source.pod, [
      ...(targets.get(source.pod) ?? []),
      large ? { ...ping, large } : ping,
    ]);
  }
  return targets;
}

export interface Look {
  readonly log: Log;
  readonly plan: PairPlan;
  /** Packets of each ping. */
  readonly packets: number;
  /** Whether pairs that should talk are asked for a packet of full size, too. */
  readonly large: boolean;
}

/** Looks into every Ready pod: one exec for each, all at the same time. */
export async function observeFromInside(
  cluster: ProbeCluster,
  pods: readonly PodObservation[],
  look: Look,
): Promise<PodObservation[]> {
  const pairs = Map.groupBy(pairsOf(pods, look.plan), ({ source }) => source.pod);
  return inParallel(pods, EXECS_AT_ONCE, async (pod) => {
    if (pod.notReady !== undefined) return pod;
    const row = pairs.get(pod.name) ?? [];
    const targets = pingTargets(row, look).get(pod.name) ?? [];
    const parsed = await probe(cluster, pod.name, targets, look.packets);
    const seen = 'probe' in parsed ? { ...pod, ...parsed } : { ...pod, probeError: parsed.error };
    look.log.info(`${pod.name}: ${'probe' in parsed ? rowText(row, seen) : parsed.error}`);
    return seen;
  });
}

/** One row of the matrix, in words. */
function rowText(row: readonly Pair[], pod: PodObservation): string {
  const seen = probedPairs(row, [pod]).filter(({ ping }) => ping !== undefined);
  const count = (expected: Pair['expected']) => {
    const own = seen.filter((pair) => pair.expected === expected);
    const right = own.filter((pair) => answered(pair) === (expected === 'answer'));
    return `${right.length} of ${own.length}`;
  };
  return `${count('answer')} answer, ${count('silence')} keep apart`;
}

async function probe(
  cluster: ProbeCluster,
  pod: string,
  targets: readonly PingTarget[],
  packets: number,
) {
  try {
    const timeout = probeTimeoutMs(targets, packets);
    return parseProbe(await cluster.runScript(pod, probeScript(targets, packets), timeout));
  } catch (error) {
    return { error: messageOf(error).split('\n', 1)[0] ?? '' };
  }
}

export interface Again {
  readonly log: Log;
  readonly plan: PairPlan;
  /** How often pairs are tried again. */
  readonly retries: number;
  /** Whether a packet of full size is tried again, too. */
  readonly large: boolean;
}

/** Enough to tell a way that loses some packets from one that lost one by chance. */
const PACKETS = 20;

/** Tries the pairs again that should talk and do not, not always, or not with large packets. What the last try saw counts. */
export async function probeAgain(
  cluster: ProbeCluster,
  pods: readonly PodObservation[],
  { log, plan, retries, large }: Again,
): Promise<readonly PodObservation[]> {
  let seen = pods;
  for (let attempt = 2; attempt <= retries + 1; attempt += 1) {
    const doubtful = probedPairs(pairsOf(seen, plan), seen).filter(isDoubtful);
    if (doubtful.length === 0) break;
    log.info(
      `Trying ${doubtful.length} pairs again that did not answer, not every time, or not to large packets`,
    );
    const targets = pingTargets(doubtful, { large });
    seen = await inParallel(seen, EXECS_AT_ONCE, async (pod) => {
      const own = targets.get(pod.name);
      if (own === undefined) return pod;
      const timeout = probeTimeoutMs(own, PACKETS);
      const printed = await cluster
        .runScript(pod.name, pingScript(own, PACKETS), timeout)
        .catch(() => '');
      return withPings(pod, parsePings(printed) ?? [], attempt);
    });
  }
  return seen;
}

function isDoubtful(pair: ProbedPair): boolean {
  const { ping, expected } = pair;
  if (ping === undefined || expected !== 'answer' || ping.problem?.kind === 'broken') return false;
  return !answered(pair) || ping.received < ping.sent || isLargeLost(ping);
}

/** Large packets got no answer: the way may be too narrow for them, or it loses any packet. */
function isLargeLost({ large }: Ping): boolean {
  return large !== undefined && !large.answered && large.pathMtu === undefined;
}

function withPings(pod: PodObservation, later: readonly Ping[], attempts: number): PodObservation {
  if (pod.probe === undefined || later.length === 0) return pod;
  const byWay = new Map(later.map((ping) => [wayOf(ping), ping]));
  const pings = pod.probe.pings.map((ping) => {
    const again = byWay.get(wayOf(ping));
    return again === undefined ? ping : { ...ping, ...again, attempts };
  });
  return { ...pod, probe: { ...pod.probe, pings } };
}

function wayOf({ interface: device, address }: Ping): string {
  return `${device} ${address}`;
}
