import type { Log } from '../github/log.ts';
import { inParallel } from '../kubernetes/in-parallel.ts';
import type { ProbeCluster } from './cluster.ts';
import type { Ping, PodObservation } from './observation.ts';
import { pingTargets } from './observe.ts';
import { type PairPlan, pairsOf } from './pairs.ts';
import { parsePings } from './probe-output.ts';
import { pingScript, probeTimeoutMs } from './probe-script.ts';
import { answered, type ProbedPair, probedPairs } from './probed-pair.ts';

export interface Again {
  readonly log: Log;
  readonly plan: PairPlan;
  /** How often pairs are tried again. */
  readonly retries: number;
  /** Whether a packet of full size is tried again, too. */
  readonly large: boolean;
}

const EXECS_AT_ONCE = 16;
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
