import type { Echoes, PodObservation } from '../evaluate/observation.ts';
import type { ProbedPair } from '../evaluate/pairs.ts';

/**
 * Lines of a POSIX shell script that print how many echo requests the pod has sent and how many answers it has received, as its
 * kernel counts them. The first lines stand before the pings, the second ones after all that ping. `readEchoes` reads both.
 *
 * @param v6 whether IPv6 addresses are pinged, too
 */
export function echoCounterScript(v6: boolean): {
  readonly before: readonly string[];
  readonly after: readonly string[];
} {
  const counters = [
    'while read -r w; do case $w in Icmp:*) echo "$w";; IcmpMsg:*) break;; esac; done </proc/net/snmp',
    ...(v6
      ? [
          '[ -e /proc/net/snmp6 ] && while read -r w; do case $w in Icmp6InEchoReplies*|Icmp6OutEchos*) echo "$w";; esac; done </proc/net/snmp6',
        ]
      : []),
  ];
  return {
    before: [`e() { echo "@echoes-$1"`, ...counters, '}', 'e before'],
    after: ['e after'],
  };
}

/**
 * The requests and answers between two readings; undefined when the pod's kernel does not show both counters. The lines
 * of `/proc/net/snmp` are names and, below, numbers in the same order. RFC 4293 defines them. Pure.
 */
export function readEchoes(
  before: readonly string[],
  after: readonly string[],
): Echoes | undefined {
  const [first, last] = [readCounters(before), readCounters(after)];
  if (first === undefined || last === undefined) return undefined;
  return { requests: last.requests - first.requests, answers: last.answers - first.answers };
}

function readCounters(lines: readonly string[]): Echoes | undefined {
  const [names = [], numbers = []] = lines
    .filter((line) => line.startsWith('Icmp:'))
    .map((line) => line.trim().split(/\s+/));
  const v6 = new Map(lines.map((line) => line.trim().split(/\s+/)).map(([name, n]) => [name, n]));
  const requests = Number(numbers[names.indexOf('OutEchos')]);
  const answers = Number(numbers[names.indexOf('InEchoReps')]);
  if (!Number.isSafeInteger(requests) || !Number.isSafeInteger(answers)) return undefined;
  return {
    requests: requests + Number(v6.get('Icmp6OutEchos') ?? 0),
    answers: answers + Number(v6.get('Icmp6InEchoReplies') ?? 0),
  };
}

/**
 * How many answers a pod's kernel counts when each request gets one. Requests that should get no answer, and got none, are taken
 * away, because the counters are of all pings together. Pure.
 *
 * @param row the pairs that the pod is the source of
 */
export function expectedAnswers(row: readonly ProbedPair[], { requests }: Echoes): number {
  return row
    .filter(({ expected, ping }) => expected === 'silence' && ping?.received === 0)
    .reduce((left, { ping }) => left - (ping?.sent ?? 0), requests);
}

/**
 * A pod without the losses of its own sockets. Each ping with a raw socket receives the answers to all pings of its pod, and BusyBox
 * gives the socket 7 KiB (networking/ping.c), so on a busy node the answers of others push out its own. When the kernel counted
 * one answer to each request, the path lost none, so a ping that saw some answers had all. Pure.
 *
 * @param row the pairs that the pod is the source of
 */
export function withoutSocketLosses(
  pod: PodObservation,
  row: readonly ProbedPair[],
): PodObservation {
  const { probe } = pod;
  if (probe?.echoes === undefined) return pod;
  if (probe.echoes.answers !== expectedAnswers(row, probe.echoes)) return pod;
  const pings = probe.pings.map((ping) =>
    ping.received > 0 && ping.received < ping.sent ? { ...ping, received: ping.sent } : ping,
  );
  return { ...pod, probe: { ...probe, pings } };
}
