import { inNetwork, isIpv6, isNetwork } from '../../core/ip.ts';
import type { EvidenceIndex } from './evidence.ts';
import type { Probe, Route } from './observation.ts';
import { type Endpoint, endpointsOf } from './pairs.ts';

/** The route that a pod's main table has for an address: the longest prefix, and of equals the first. Pure. */
export function routeTo(routes: readonly Route[], address: string): Route | undefined {
  let best: { readonly route: Route; readonly length: number } | undefined;
  for (const route of routes) {
    const length = matchLength(route.destination, address);
    if (length !== undefined && (best === undefined || length > best.length)) {
      best = { route, length };
    }
  }
  return best?.route;
}

function fits({ destination }: Route, address: string): boolean {
  return matchLength(destination, address) !== undefined;
}

/**
 * The route by which a pod answers an address, when it leads through another interface than that of `place`, on which
 * the requests arrive. Undefined without any route through that interface, and where the pod has a routing table of its
 * own for the interface's address (`ip rule`). Pure.
 */
export function strayRoute(
  { routes, ruleSources = [] }: Probe,
  { interface: device, address: own = '' }: Endpoint,
  address: string,
): Route | undefined {
  const route = routeTo(routes, address);
  if (route === undefined || route.interface === device || ruleSources.includes(own)) return;
  return routes.some((one) => one.interface === device && fits(one, address)) ? route : undefined;
}

/**
 * Whether a pod has a route of another interface that shares addresses with one of an interface. Without it, no route of
 * the pod is stray for that interface. Quick, because every pod is asked. Pure.
 */
export function mayStray({ routes }: Probe, device: string): boolean {
  const known = routes.filter(({ destination }) => !destination.startsWith('fe80:'));
  const own = known.filter((route) => route.interface === device);
  const others = known.filter((route) => route.interface !== device);
  if (own.some(({ destination }) => destination === 'default')) return others.length > 0;
  return own.some((one) =>
    others.some((other) => shareAddresses(one.destination, other.destination)),
  );
}

/** Whether another interface of a pod is on the same master interface, whose ENI then sends for both. Pure. */
export function isOnSameMaster(
  device: string,
  place: Endpoint,
  { pods, networks }: Pick<EvidenceIndex, 'pods' | 'networks'>,
): boolean {
  const pod = pods.get(place.pod);
  const places = pod === undefined ? [] : endpointsOf(pod);
  const other = places.find((one) => one.interface === device);
  const [master, theirs] = [place, other].map((one) => networks.get(one?.network ?? '')?.master);
  return master !== undefined && master === theirs;
}

/** Whether two networks share addresses: one of them then contains the first address of the other. */
export function shareAddresses(one: string, other: string): boolean {
  if (isIpv6(one) !== isIpv6(other) || !isNetwork(one) || !isNetwork(other)) return false;
  const first = (network: string) => network.split('/')[0] ?? '';
  return inNetwork(first(one), other) || inNetwork(first(other), one);
}

/** Whether a pod drops what arrives on an interface by another way than it would answer. Pure. */
export function filtersStrictly({ settings = {} }: Probe, device: string): boolean {
  // The kernel takes the larger of an interface's setting and that of all; 1 is strict, 2 is loose.
  return Math.max(settings['all.rp_filter'] ?? 0, settings[`${device}.rp_filter`] ?? 0) === 1;
}

function matchLength(destination: string, address: string): number | undefined {
  if (destination === 'default') return 0;
  if (!isNetwork(destination) || isIpv6(destination) !== isIpv6(address)) return undefined;
  return inNetwork(address, destination) ? Number(destination.split('/')[1]) : undefined;
}
