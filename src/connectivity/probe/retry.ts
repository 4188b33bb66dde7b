import { messageOf } from '../../core/errors.ts';
import { inParallel } from '../../core/in-parallel.ts';
import type { Exchange, Ping, PodObservation } from '../evaluate/observation.ts';
import { answered, type Pair, type ProbedPair, pairsOf, probedPairs } from '../evaluate/pairs.ts';
import type { ProbeCluster } from './cluster.ts';
import { parseExchanges } from './exchange-output.ts';
import type { ExchangeTarget } from './exchange-script.ts';
import { EXECS_AT_ONCE, execTimeoutMs, type ProbeOptions, pingTargets } from './observe.ts';
import { requestsOf } from './plan-extras.ts';
import { parsePings } from './probe-output.ts';
import { type PingEffort, type PingTarget, pingScript, scriptDurationMs } from './probe-script.ts';

/** Twenty packets distinguish a path that loses some from one that lost a packet by chance; slow answers count. */
const RETRY_PINGS: PingEffort = { packets: 20, waitSeconds: 5 };

/** What a pod tries again. */
interface Again {
  readonly targets: readonly PingTarget[];
  readonly exchanges: readonly ExchangeTarget[];
}

interface Results {
  readonly pings: readonly Ping[];
  readonly exchanges: readonly Exchange[];
}

/**
 * Repeats the pings of pairs that should answer and did not, lost packets, or did not answer large packets, and the
 * requests over other protocols that got no answer. The last attempt counts.
 *
 * @param retries the most attempts after the first one
 */
export async function retryProbes(
  cluster: ProbeCluster,
  pods: readonly PodObservation[],
  retries: number,
  options: ProbeOptions,
): Promise<readonly PodObservation[]> {
  let observed = pods;
  for (let attempt = 2; attempt <= retries + 1; attempt += 1) {
    const pairs = pairsOf(observed, options.plan);
    const doubtful = probedPairs(pairs, observed).filter(isDoubtful);
    const targets = pingTargets(doubtful, options);
    const exchanges = unansweredExchanges(observed, pairs, options);
    const count = [...exchanges.values()].flat().length;
    if (doubtful.length + count === 0) break;
    options.log.info(retryText(doubtful.length, count));
    observed = await inParallel(observed, EXECS_AT_ONCE, async (pod) => {
      const again = {
        targets: targets.get(pod.name) ?? [],
        exchanges: exchanges.get(pod.name) ?? [],
      };
      if (again.targets.length + again.exchanges.length === 0) return pod;
      return withResults(pod, await retryProbesOf(cluster, pod.name, again, options), attempt);
    });
  }
  return observed;
}

function retryText(pairs: number, requests: number): string {
  const lost = `${pairs} pairs that did not answer, lost packets, or did not answer large packets`;
  const silent = `${requests} requests over other protocols without an answer`;
  const parts = [...(pairs > 0 ? [lost] : []), ...(requests > 0 ? [silent] : [])];
  return `Retrying ${parts.join(', and ')}`;
}

/**
 * The requests to services of other pods that got no answer, or none that fills packets, by pod. Two tries
 * suffice, because the attempt is a further one. Pure.
 */
function unansweredExchanges(
  pods: readonly PodObservation[],
  pairs: readonly Pair[],
  { extras, large }: Pick<ProbeOptions, 'extras' | 'large'>,
): Map<string, ExchangeTarget[]> {
  const found = new Map<string, ExchangeTarget[]>();
  if (extras === undefined || extras.transports.length === 0) return found;
  const rows = Map.groupBy(pairs, ({ source }) => source.pod);
  for (const { name, probe } of pods) {
    const open = new Set(probe?.exchanges?.filter(isUnanswered).map(endOf));
    const own = requestsOf(rows.get(name) ?? [], extras.transports, large)
      .filter((one) => open.has(endOf(one)))
      .map((one) => ({ ...one, tries: 2 }));
    if (own.length > 0) found.set(name, own);
  }
  return found;
}

/** A program that failed says nothing about the path, and fails again. */
function isUnanswered({ kind, result, large }: Exchange): boolean {
  if (kind !== 'pod' || result === 'broken') return false;
  return result !== 'answered' || large?.answered === false;
}

async function retryProbesOf(
  cluster: ProbeCluster,
  pod: string,
  { targets, exchanges }: Again,
  options: ProbeOptions,
): Promise<Results> {
  const more = { services: [], exchanges, samples: [] };
  const timeout = execTimeoutMs(options, scriptDurationMs(targets, RETRY_PINGS, more));
  try {
    const output = await cluster.runScript(pod, pingScript(targets, RETRY_PINGS, more), timeout);
    const pings = parsePings(output);
    if (pings === undefined) return NOTHING;
    return { pings, exchanges: parseExchanges(output.split(/\r?\n/)) };
  } catch (error) {
    options.log.info(`${pod}: the retry failed: ${messageOf(error).split('\n', 1)[0]}`);
    return NOTHING;
  }
}

const NOTHING: Results = { pings: [], exchanges: [] };

function isDoubtful(pair: ProbedPair): boolean {
  const { ping, expected } = pair;
  if (ping === undefined || expected !== 'answer' || ping.problem?.kind === 'broken') return false;
  return !answered(pair) || ping.received < ping.sent || lostLargePackets(ping);
}

/** Large packets got no answer: the path may have a smaller MTU, or may lose packets of any size. */
function lostLargePackets({ large }: Ping): boolean {
  return large !== undefined && !large.answered && large.pathMtu === undefined;
}

function withResults(pod: PodObservation, later: Results, attempts: number): PodObservation {
  if (pod.probe === undefined) return pod;
  const byPath = new Map(later.pings.map((ping) => [pathOf(ping), ping]));
  const pings = pod.probe.pings.map((ping) => {
    const retried = byPath.get(pathOf(ping));
    return retried === undefined ? ping : { ...ping, ...retried, attempts };
  });
  if (pod.probe.exchanges === undefined) return { ...pod, probe: { ...pod.probe, pings } };
  const byEnd = new Map(later.exchanges.map((one) => [endOf(one), one]));
  const exchanges = pod.probe.exchanges.map((one) => {
    const retried = one.kind === 'pod' ? byEnd.get(endOf(one)) : undefined;
    return retried === undefined ? one : { ...retried, tries: one.tries + retried.tries };
  });
  return { ...pod, probe: { ...pod.probe, pings, exchanges } };
}

function pathOf({ interface: device, address }: Ping): string {
  return `${device} ${address}`;
}

function endOf({
  protocol,
  address,
  port,
}: Pick<Exchange, 'protocol' | 'address' | 'port'>): string {
  return `${protocol} ${address} ${port}`;
}
