import type { Echoes } from '../evaluate/observation.ts';

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
