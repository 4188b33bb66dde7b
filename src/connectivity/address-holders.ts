import type { Neighbour } from './evidence.ts';
import type { Endpoint } from './pairs.ts';

/** A pod's interface that has an address. */
export type Holder = Pick<Endpoint, 'pod' | 'node' | 'interface' | 'network'>;

/** Who has which address of which network. One look-up for each address, however many pods there are. */
export type Holders = ReadonlyMap<string, readonly Holder[]>;

/** The addresses of the pods under test and of the other pods in the cluster. */
export function holdersOf(places: readonly Endpoint[], neighbours: readonly Neighbour[]): Holders {
  const known = places.filter(({ address }) => address !== undefined);
  return Map.groupBy<string, Endpoint | Neighbour>([...known, ...neighbours], keyOf);
}

/** The other pods and interfaces that have the address of `place`. */
export function othersAt(place: Endpoint, holders: Holders): readonly Holder[] {
  return (holders.get(keyOf(place)) ?? []).filter(
    (holder) => holder.pod !== place.pod || holder.interface !== place.interface,
  );
}

function keyOf({ network, address }: Pick<Endpoint, 'network' | 'address'>): string {
  return `${network} ${address}`;
}
