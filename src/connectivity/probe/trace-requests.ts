import { isIpv6 } from '../../core/ip.ts';
import type { PodObservation, Requests } from '../evaluate/observation.ts';
import { answered, type ProbedPair, pairSubject, pairsOf, probedPairs } from '../evaluate/pairs.ts';
import type { ProbeCluster } from './cluster.ts';
import { execTimeoutMs, type ProbeOptions, pingTargets } from './observe.ts';
import { dropCountScript, type PingEffort, pingScript, scriptDurationMs } from './probe-script.ts';

/** Each pair takes three execs, one after another. */
const MOST_PAIRS = 6;
const PINGS: PingEffort = { packets: 3, waitSeconds: 5 };
const COUNT_MS = 30_000;

/**
 * Finds out how far the echo requests of some silent pairs between nodes get: the source counts packets that its
 * interface dropped, the target counts requests that arrived. Without this, a path that drops requests looks like one
 * that drops answers. One pair of pods is traced for each network and two nodes. Pairs are traced one at a time, so
 * that the counters count only their own requests.
 */
export async function traceRequests(
  cluster: ProbeCluster,
  pods: readonly PodObservation[],
  options: ProbeOptions,
): Promise<readonly PodObservation[]> {
  const pairs = pairsToTrace(probedPairs(pairsOf(pods, options.plan), pods));
  let observed = pods;
  for (const pair of pairs) {
    const requests = await tracePair(cluster, pair, options).catch(() => undefined);
    if (requests === undefined) continue;
    options.log.info(`${pairSubject(pair)}: ${REQUEST_TEXTS[requests]}`);
    observed = observed.map((pod) =>
      pod.name === pair.source.pod ? withRequests(pod, pair, requests) : pod,
    );
  }
  return observed;
}

const REQUEST_TEXTS: Readonly<Record<Requests, string>> = {
  kept: 'its requests do not leave the node',
  lost: 'its requests leave the pod but do not arrive',
  arrived: 'its requests arrive',
};

function pairsToTrace(pairs: readonly ProbedPair[]): readonly ProbedPair[] {
  const silent = pairs.filter(
    (pair) =>
      pair.expected === 'answer' &&
      pair.scope !== 'same-node' &&
      pair.ping !== undefined &&
      pair.ping.problem === undefined &&
      !answered(pair),
  );
  // Both directions of one pair of pods, so that they can be compared.
  const byNodes = Map.groupBy(silent, ({ source, target }) =>
    [source.network, isIpv6(target.address), ...[source.node, target.node].toSorted()].join(' '),
  );
  return [...byNodes.values()]
    .flatMap(([first, ...others]) => {
      if (first === undefined) return [];
      const back = others.find(
        ({ source, target }) => source.pod === first.target.pod && target.pod === first.source.pod,
      );
      return back === undefined ? [first] : [first, back];
    })
    .slice(0, MOST_PAIRS);
}

async function tracePair(
  cluster: ProbeCluster,
  pair: ProbedPair,
  options: ProbeOptions,
): Promise<Requests | undefined> {
  const { source, target } = pair;
  const targets = pingTargets([pair], { large: () => false }).get(source.pod) ?? [];
  const countArrived = async () => {
    const timeout = execTimeoutMs(options, COUNT_MS);
    const script = `cat /proc/net/snmp${isIpv6(target.address) ? '6' : ''}`;
    return parseEchoRequests(await cluster.runScript(target.pod, script, timeout));
  };
  const before = await countArrived();
  const timeout = execTimeoutMs(options, scriptDurationMs(targets, PINGS));
  const dropCount = dropCountScript(source.interface);
  const script = [dropCount, pingScript(targets, PINGS), dropCount].join('\n');
  const dropped = parseDropped(await cluster.runScript(source.pod, script, timeout));
  const after = await countArrived();
  if (before === undefined || after === undefined) return undefined;
  if (after > before) return 'arrived';
  return dropped >= PINGS.packets ? 'kept' : 'lost';
}

/** How many packets the interface dropped during the pings. The kernel's own packets may be among them. */
function parseDropped(printed: string): number {
  const counts = [...printed.matchAll(/^@dropped (\d+)$/gm)].map(([, count]) => Number(count));
  return (counts.at(-1) ?? 0) - (counts[0] ?? 0);
}

/**
 * How many echo requests a network namespace has received, from `/proc/net/snmp` (RFC 4293, icmpInEchos), or of IPv6, from
 * `/proc/net/snmp6`.
 */
export function parseEchoRequests(text: string): number | undefined {
  const ipv6 = /^Icmp6InEchos\s+(\d+)/m.exec(text)?.[1];
  if (ipv6 !== undefined) return Number(ipv6);
  const [names, values] = text
    .split('\n')
    .filter((line) => line.startsWith('Icmp:'))
    .map((line) => line.trim().split(/\s+/));
  const value = values?.[names?.indexOf('InEchos') ?? -1];
  return value === undefined ? undefined : Number(value);
}

function withRequests(pod: PodObservation, { source, target }: ProbedPair, requests: Requests) {
  if (pod.probe === undefined) return pod;
  const pings = pod.probe.pings.map((ping) =>
    ping.interface === source.interface && ping.address === target.address
      ? { ...ping, requests }
      : ping,
  );
  return { ...pod, probe: { ...pod.probe, pings } };
}
