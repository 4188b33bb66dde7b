import type { PodObservation } from '../evaluate/observation.ts';
import { endpointsOf, type Pair } from '../evaluate/pairs.ts';
import { sampledPairs } from '../evaluate/sample-checks.ts';
import { type AskedTarget, askedTargets, type Target } from '../evaluate/targets.ts';
import { SERVICE_PORTS, type Transport } from '../protocol.ts';
import { type ExchangePlan, type ExchangeTarget, NO_EXCHANGES, TRIES } from './exchange-script.ts';
import type { PingTarget } from './probe-script.ts';

/** What pods do besides pinging each other. */
export interface Extras {
  readonly transports: readonly Transport[];
  readonly targets: readonly Target[];
  /** Patterns of the networks whose paths are measured. */
  readonly sampled: readonly string[];
  /** Gateways by network. */
  readonly gateways: ReadonlyMap<string, readonly string[]>;
}

/** The pings and exchanges of a pod besides the pings of its pairs. */
export interface PodExtras {
  readonly pings: readonly PingTarget[];
  readonly exchanges: ExchangePlan;
}

/**
 * What each pod does besides pinging its pairs. Pure.
 *
 * @param pairs all pairs of the run
 * @returns a function from a pod and the pairs that it is the source of
 */
export function plannedExtras(
  pods: readonly PodObservation[],
  pairs: readonly Pair[],
  { extras, large }: { readonly extras?: Extras; readonly large: (pair: Pair) => boolean },
): (pod: PodObservation, row: readonly Pair[]) => PodExtras {
  if (extras === undefined) return () => ({ pings: [], exchanges: NO_EXCHANGES });
  const asked = Map.groupBy(askedTargets(extras.targets, pods), ({ place }) => place.pod);
  const sampled = Map.groupBy(sampledPairs(pairs, extras.sampled), ({ source }) => source.pod);
  return (pod, row) => {
    const targets = asked.get(pod.name) ?? [];
    return {
      pings: [...gatewayPings(pod, extras), ...targets.flatMap(targetPing)],
      exchanges: {
        services: extras.transports,
        exchanges: [
          ...requestsOf(row, extras.transports, large),
          ...distinct(targets.flatMap(targetExchange)),
        ],
        samples: (sampled.get(pod.name) ?? []).map(({ source, target }) => ({
          interface: source.interface,
          address: target.address ?? '',
        })),
      },
    };
  };
}

function gatewayPings(pod: PodObservation, { gateways }: Extras): PingTarget[] {
  return endpointsOf(pod).flatMap(({ network, interface: device, address }) =>
    (gateways.get(network) ?? [])
      .filter((gateway) => gateway.includes(':') === address?.includes(':'))
      .map((gateway) => ({ interface: device, address: gateway })),
  );
}

function targetPing({ target, place }: AskedTarget): PingTarget[] {
  return target.protocol === 'icmp' ? [{ interface: place.interface, address: target.host }] : [];
}

function targetExchange({ target }: AskedTarget): ExchangeTarget[] {
  const { protocol, host, port, reach } = target;
  if (protocol === 'icmp' || port === undefined) return [];
  return [{ protocol, address: host, port, ofPod: false, tries: reach ? TRIES : 1 }];
}

/** A pod on two networks may be asked for the same target twice, and its routes decide anyway. */
function distinct(targets: readonly ExchangeTarget[]): readonly ExchangeTarget[] {
  const byEnd = new Map(
    targets.map((one) => [`${one.protocol} ${one.address} ${one.port}`, one] as const),
  );
  return [...byEnd.values()];
}

/**
 * The requests over each protocol with ports of the pairs that should talk. One protocol comes after another: where one is blocked,
 * only its requests wait for each other. Pure.
 */
export function requestsOf(
  pairs: readonly Pair[],
  transports: readonly Transport[],
  large: (pair: Pair) => boolean,
): ExchangeTarget[] {
  return transports.flatMap((protocol) =>
    pairs.flatMap((pair): ExchangeTarget[] => {
      const { source, target, expected } = pair;
      const { address } = target;
      if (expected !== 'answer' || source.address === undefined || address === undefined) return [];
      const fill = large(pair) ? { fill: source.interface } : {};
      const port = SERVICE_PORTS[protocol];
      return [{ protocol, address, port, ofPod: true, tries: TRIES, ...fill }];
    }),
  );
}
