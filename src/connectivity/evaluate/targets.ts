import { isIpv6 } from '../../core/ip.ts';
import type { Protocol } from '../protocol.ts';
import type { PodObservation } from './observation.ts';
import { type Endpoint, endpointsOf, matchesName } from './pairs.ts';

/** One line of the input `targets`: an address outside of the test, and whether pods must reach it. */
export interface Target {
  readonly host: string;
  readonly protocol: Protocol;
  /** Absent with ICMP only. */
  readonly port?: number;
  /** A pattern of names of networks; the pods of these ask. */
  readonly network: string;
  readonly reach: boolean;
}

/** A target, and a place that asks it. */
export interface AskedTarget {
  readonly target: Target;
  readonly place: Endpoint;
}

/**
 * Who asks which target: on each network that the line names, one pod of each node with an address of the target's family. The
 * same pods give the same choice. Pure.
 */
export function askedTargets(
  targets: readonly Target[],
  pods: readonly PodObservation[],
): readonly AskedTarget[] {
  if (targets.length === 0) return [];
  const places = pods.filter(({ notReady }) => notReady === undefined).flatMap(endpointsOf);
  return targets.flatMap((target) => {
    const own = places.filter(
      ({ network, address }) =>
        address !== undefined &&
        isIpv6(address) === isIpv6(target.host) &&
        matchesName(target.network, network),
    );
    const firsts = new Map(
      own.toReversed().map((place) => [`${place.network} ${place.node}`, place]),
    );
    return own
      .filter((place) => firsts.get(`${place.network} ${place.node}`) === place)
      .map((place) => ({ target, place }));
  });
}

/** A target for people: `tcp 10.0.10.5:443`, `icmp 10.0.10.5`. */
export function targetName({ host, protocol, port }: Target): string {
  if (port === undefined) return `${protocol} ${host}`;
  return `${protocol} ${isIpv6(host) ? `[${host}]` : host}:${port}`;
}
