import { networkOf } from './address.ts';
import { checkRange, checkUnique, subnetOf } from './address-checks.ts';
import { CHECKS, type CheckResult } from './check.ts';
import type { ProbeNetwork } from './network.ts';
import type { PodObservation } from './observation.ts';
import { checkPair, type ProbedPair, probedPairs } from './pair-checks.ts';
import { type Endpoint, endpointsOf, pairsOf } from './pairs.ts';
import { checkInterfaces, checkReady, checkRoutes } from './pod-checks.ts';

export interface Evaluation {
  /** Ordered by check, then as the pods are. */
  readonly checks: readonly CheckResult[];
  readonly matrix: readonly ProbedPair[];
}

/** Answers every question about the pods from what was seen of them. Pure. */
export function evaluate(
  networks: readonly ProbeNetwork[],
  pods: readonly PodObservation[],
): Evaluation {
  const byId = new Map(networks.map((network) => [network.id, network]));
  const places = pods.flatMap(endpointsOf);
  const ready = new Set(pods.filter((pod) => pod.notReady === undefined).map(({ name }) => name));
  const placesOfReady = places.filter((place) => ready.has(place.pod));
  const matrix = probedPairs(pairsOf(pods), pods);
  const checks = [
    ...pods.map(checkReady),
    ...pods.flatMap(checkInterfaces),
    ...placesOfReady.map((place) => checkRange(place, byId.get(place.network))),
    ...placesOfReady.map((place) => checkUnique(place, places)),
    ...pods
      .filter((pod) => ready.has(pod.name))
      .flatMap((pod) =>
        checkRoutes(pod, (place) =>
          subnetOf(place, byId.get(place.network), ownSubnet(pod, place)),
        ),
      ),
    ...matrix.map((pair) => checkPair(pair, matrix)),
  ];
  return { checks: inOrder(checks), matrix };
}

/** The subnet by the pod's own word: the prefix length that its interface has. */
function ownSubnet(pod: PodObservation, place: Endpoint): string | undefined {
  const own = pod.probe?.addresses.find(
    (entry) => entry.interface === place.interface && entry.address === place.address,
  );
  if (own === undefined) return undefined;
  const wholeAddress = own.address.includes(':') ? 128 : 32;
  return own.prefix === wholeAddress ? undefined : networkOf(own.address, own.prefix);
}

function inOrder(checks: readonly CheckResult[]): CheckResult[] {
  return CHECKS.flatMap((name) => checks.filter(({ check }) => check === name));
}
