import type { Echoes, PodObservation } from './observation.ts';
import type { ProbedPair } from './pairs.ts';

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
