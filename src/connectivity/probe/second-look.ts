import type { Log } from '../../core/log.ts';
import type { PodObservation, Requests } from '../evaluate/observation.ts';
import {
  answered,
  type PairPlan,
  type ProbedPair,
  pairSubject,
  pairsOf,
  probedPairs,
} from '../evaluate/pairs.ts';
import type { ProbeCluster } from './cluster.ts';
import { pingTargets } from './observe.ts';
import { dropsScript, pingScript, probeTimeoutMs } from './probe-script.ts';

/** Each costs three commands, one after another. */
const MOST = 6;
const PACKETS = 3;
const TIMEOUT_MS = 30_000;

/**
 * Finds out for some silent pairs between nodes how far the requests come: the pod counts what its interface could not
 * send, and the other pod what arrived. Silence both ways looks the same from outside, whichever way drops. One pair of
 * each network and two nodes is looked into, and one at a time, so that what is counted is what was sent.
 */
export async function lookAgain(
  cluster: ProbeCluster,
  pods: readonly PodObservation[],
  plan: PairPlan,
  log: Log,
): Promise<readonly PodObservation[]> {
  const pairs = chooseSilent(probedPairs(pairsOf(pods, plan), pods));
  let seen = pods;
  for (const pair of pairs) {
    const requests = await followRequests(cluster, pair).catch(() => undefined);
    if (requests === undefined) continue;
    log.info(`${pairSubject(pair)}: ${WORDS[requests]}`);
    seen = seen.map((pod) =>
      pod.name === pair.source.pod ? withRequests(pod, pair, requests) : pod,
    );
  }
  return seen;
}

const WORDS: Readonly<Record<Requests, string>> = {
  kept: 'its requests do not leave the node',
  lost: 'its requests leave the pod, and do not arrive',
  arrived: 'its requests arrive',
};

function chooseSilent(pairs: readonly ProbedPair[]): readonly ProbedPair[] {
  const silent = pairs.filter(
    (pair) =>
      pair.expected === 'answer' &&
      pair.scope !== 'same-node' &&
      pair.ping !== undefined &&
      pair.ping.problem === undefined &&
      !answered(pair) &&
      !(pair.target.address ?? '').includes(':'),
  );
  // Both directions of one pair of pods, so that they can be held against each other.
  const byNodes = Map.groupBy(silent, ({ source, target }) =>
    [source.network, ...[source.node, target.node].toSorted()].join(' '),
  );
  return [...byNodes.values()]
    .flatMap(([first, ...others]) => {
      if (first === undefined) return [];
      const back = others.find(
        ({ source, target }) => source.pod === first.target.pod && target.pod === first.source.pod,
      );
      return back === undefined ? [first] : [first, back];
    })
    .slice(0, MOST);
}

async function followRequests(
  cluster: ProbeCluster,
  pair: ProbedPair,
): Promise<Requests | undefined> {
  const { source, target } = pair;
  const targets = pingTargets([pair], { large: false }).get(source.pod) ?? [];
  const count = async () =>
    parseEchoRequests(await cluster.runScript(target.pod, 'cat /proc/net/snmp', TIMEOUT_MS));
  const before = await count();
  const timeout = probeTimeoutMs(targets, PACKETS);
  const drops = dropsScript(source.interface);
  const script = [drops, pingScript(targets, PACKETS), drops].join('\n');
  const dropped = parseDrops(await cluster.runScript(source.pod, script, timeout));
  const after = await count();
  if (before === undefined || after === undefined) return undefined;
  if (after > before) return 'arrived';
  return dropped >= PACKETS ? 'kept' : 'lost';
}

/** How many packets the interface dropped meanwhile; some of them may be of the kernel's own. */
function parseDrops(printed: string): number {
  const counts = [...printed.matchAll(/^@dropped (\d+)$/gm)].map(([, count]) => Number(count));
  return (counts.at(-1) ?? 0) - (counts[0] ?? 0);
}

/** The echo requests that a network namespace has received, from `/proc/net/snmp` (RFC 4293, icmpInEchos). */
export function parseEchoRequests(text: string): number | undefined {
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
