import type { Ping, PodObservation } from './observation.ts';
import type { Pair } from './pairs.ts';

/** A pair and what its ping said; no ping when it could not be sent. */
export interface ProbedPair extends Pair {
  readonly ping?: Ping;
  /** Why there is no ping. */
  readonly unprobed?: string;
}

/** Puts each pair together with its ping from the observations. */
export function probedPairs(pairs: readonly Pair[], pods: readonly PodObservation[]): ProbedPair[] {
  const observed = new Map(pods.map((pod) => [pod.name, { pod, pings: pingsOf(pod) }]));
  return pairs.map((pair) => {
    const { source, target } = pair;
    for (const end of [source, target]) {
      if (end.address === undefined) {
        return { ...pair, unprobed: `${end.pod} has no address on ${end.interface}` };
      }
    }
    const { pod, pings } = observed.get(source.pod) ?? {};
    const ping = pings?.get(`${source.interface} ${target.address}`);
    if (ping !== undefined) return { ...pair, ping };
    return { ...pair, unprobed: pod?.probeError ?? pod?.notReady ?? 'the probe did not send it' };
  });
}

function pingsOf(pod: PodObservation): ReadonlyMap<string, Ping> {
  return new Map(
    (pod.probe?.pings ?? []).map((ping) => [`${ping.interface} ${ping.address}`, ping]),
  );
}

/** True when at least one answer came. */
export function answered(pair: ProbedPair): boolean {
  return (pair.ping?.received ?? 0) > 0;
}

/** What a check of a pair is about. */
export function pairSubject({ source, target }: Pair): string {
  return `${source.pod} ${source.interface} → ${target.pod} ${target.interface}`;
}
