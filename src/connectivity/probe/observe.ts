import type { Clock } from '../../core/clock.ts';
import { messageOf } from '../../core/errors.ts';
import { inParallel } from '../../core/in-parallel.ts';
import type { Log } from '../../core/log.ts';
import type { PodObservation } from '../evaluate/observation.ts';
import {
  answered,
  type Pair,
  type PairPlan,
  type ProbedPair,
  pairsOf,
  probedPairs,
} from '../evaluate/pairs.ts';
import type { ProbeCluster } from './cluster.ts';
import { withoutSocketLosses } from './echo-counters.ts';
import type { ExchangePlan } from './exchange-script.ts';
import { type Extras, plannedExtras } from './plan-extras.ts';
import { parseNetworkStatus, parseProbe, STATUS_ANNOTATION } from './probe-output.ts';
import type { WaitedPod } from './probe-pods.ts';
import { FIRST_PINGS, type PingTarget, probeScript, scriptDurationMs } from './probe-script.ts';
import type { ProbePod } from './sample-apps.ts';

/** The API server and the kubelets keep a connection open for each exec. */
export const EXECS_AT_ONCE = 16;

/** What the API server knows of the pods that were created. Pure. */
export function observeFromOutside(
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

export interface ProbeOptions {
  readonly log: Log;
  readonly plan: PairPlan;
  /** Whether a pair also gets a packet of the interface's MTU, if it should answer. */
  readonly large: (pair: Pair) => boolean;
  readonly extras?: Extras;
  readonly clock: Clock;
  /** When the step ends, in the clock's time. A slow exec is waited for until then. */
  readonly deadline: number;
}

/** Probes every Ready pod from inside, with one exec for each. */
export async function observeFromInside(
  cluster: ProbeCluster,
  pods: readonly PodObservation[],
  options: ProbeOptions,
): Promise<PodObservation[]> {
  const all = pairsOf(pods, options.plan);
  const pairs = Map.groupBy(all, ({ source }) => source.pod);
  const more = plannedExtras(pods, all, options);
  return inParallel(pods, EXECS_AT_ONCE, async (pod) => {
    if (pod.notReady !== undefined) return pod;
    const row = pairs.get(pod.name) ?? [];
    const { pings, exchanges } = more(pod, row);
    const targets = [...(pingTargets(row, options).get(pod.name) ?? []), ...pings];
    const parsed = await probe(cluster, pod.name, { targets, exchanges }, options);
    if ('error' in parsed) {
      options.log.info(`${pod.name}: ${parsed.error}`);
      return { ...pod, probeError: parsed.error };
    }
    const seen = { ...pod, ...parsed };
    const observed = withoutSocketLosses(seen, probedPairs(row, [seen]));
    options.log.info(`${pod.name}: ${rowText(row, observed)}`);
    return observed;
  });
}

/** The pings that each pod sends, by pod. A pair that was pinged before needs no second answer to a large packet. Pure. */
export function pingTargets(
  pairs: readonly (Pair & Partial<ProbedPair>)[],
  options: Pick<ProbeOptions, 'large'>,
): Map<string, PingTarget[]> {
  const targets = new Map<string, PingTarget[]>();
  for (const pair of pairs) {
    const { source, target, expected, ping } = pair;
    if (source.address === undefined || target.address === undefined) continue;
    const planned: PingTarget = {
      interface: source.interface,
      address: target.address,
      ...(expected === 'answer' &&
        !ping?.large?.answered &&
        options.large(pair) && { large: true }),
      ...(ping !== undefined && ping.received > 0 && { lossy: true }),
    };
    targets.set(source.pod, [...(targets.get(source.pod) ?? []), planned]);
  }
  return targets;
}

interface Script {
  readonly targets: readonly PingTarget[];
  readonly exchanges: ExchangePlan;
}

async function probe(
  cluster: ProbeCluster,
  pod: string,
  { targets, exchanges }: Script,
  options: ProbeOptions,
) {
  const { clock } = options;
  try {
    const timeout = execTimeoutMs(options, scriptDurationMs(targets, FIRST_PINGS, exchanges));
    const began = clock.now();
    const output = await cluster.runScript(pod, probeScript(targets, exchanges), timeout);
    return parseProbe(output, { began, ended: clock.now() });
  } catch (error) {
    return { error: messageOf(error).split('\n', 1)[0] ?? '' };
  }
}

/** How long an exec may take: until the step's deadline, and never less than its script needs. */
export function execTimeoutMs(
  { clock, deadline }: Pick<ProbeOptions, 'clock' | 'deadline'>,
  scriptMs: number,
): number {
  return Math.max(deadline - clock.now(), scriptMs);
}

/** One row of the matrix as a line of the log. */
function rowText(row: readonly Pair[], pod: PodObservation): string {
  const probed = probedPairs(row, [pod]).filter(({ ping }) => ping !== undefined);
  const count = (expected: Pair['expected']) => {
    const own = probed.filter((pair) => pair.expected === expected);
    const right = own.filter((pair) => answered(pair) === (expected === 'answer'));
    return `${right.length} of ${own.length}`;
  };
  return `${count('answer')} answer, ${count('silence')} are isolated`;
}
