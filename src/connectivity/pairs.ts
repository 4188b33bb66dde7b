import { sameFamily } from './address.ts';
import { interfaceName, type PodObservation } from './observation.ts';

/** One pod's place on one network. */
export interface Endpoint {
  readonly pod: string;
  readonly node?: string;
  /** `namespace/name` of the network. */
  readonly network: string;
  readonly interface: string;
  /** Absent when Multus reports none. */
  readonly address?: string;
}

/** What should happen when `source` pings `target` through its own interface. */
export interface Pair {
  readonly source: Endpoint;
  readonly target: Endpoint;
  /** Pods on one network must answer each other; different networks must stay apart. */
  readonly expected: 'answer' | 'silence';
}

/** Every place that the pods ask for; one for each address, and one without address where none is known. */
export function endpointsOf(pod: PodObservation): Endpoint[] {
  return pod.networks.flatMap((network, index) => {
    const wanted = interfaceName(index);
    const candidates = (pod.status ?? []).filter((entry) => entry.network === network);
    const entry = candidates.find((one) => one.interface === wanted) ?? candidates[0];
    const place = {
      pod: pod.name,
      ...(pod.node === undefined ? {} : { node: pod.node }),
      network,
      interface: entry?.interface ?? wanted,
    };
    const addresses = entry?.addresses ?? [];
    return addresses.length === 0 ? [place] : addresses.map((address) => ({ ...place, address }));
  });
}

/** Every ordered pair of places in different pods, IPv4 with IPv4 and IPv6 with IPv6. */
export function pairsOf(pods: readonly PodObservation[]): Pair[] {
  const places = pods.flatMap(endpointsOf);
  return places.filter(isFirstOfItsFamily).flatMap((source) =>
    places
      .filter((target) => target.pod !== source.pod && comparable(source, target))
      .map((target) => {
        const expected = source.network === target.network ? 'answer' : 'silence';
        return { source, target, expected };
      }),
  );
}

/** Probes are bound to an interface, so a second address of the same family would repeat them. */
function isFirstOfItsFamily(place: Endpoint, index: number, all: readonly Endpoint[]): boolean {
  return !all
    .slice(0, index)
    .some(
      (earlier) =>
        earlier.pod === place.pod &&
        earlier.interface === place.interface &&
        comparable(earlier, place),
    );
}

function comparable({ address: one }: Endpoint, { address: other }: Endpoint): boolean {
  return one === undefined || other === undefined || sameFamily(one, other);
}
