import { inNetwork, isNetwork } from '../../core/ip.ts';
import type { Route } from './observation.ts';

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

/** Whether a route fits an address. */
export function fits({ destination }: Route, address: string): boolean {
  return matchLength(destination, address) !== undefined;
}

function matchLength(destination: string, address: string): number | undefined {
  if (destination === 'default') return 0;
  if (!isNetwork(destination) || destination.includes(':') !== address.includes(':'))
    return undefined;
  return inNetwork(address, destination) ? Number(destination.split('/')[1]) : undefined;
}
