import { isIpv6, networkOf } from '../../core/ip.ts';
import { CHECKS } from './catalogue/catalogue.ts';
import type { CheckResult } from './check.ts';
import { checkEnis } from './eni-checks.ts';
import { type Evidence, type EvidenceIndex, indexEvidence } from './evidence.ts';
import { INSIDE } from './interface-checks.ts';
import { checkNeighbours } from './neighbour-checks.ts';
import { checkNetworks } from './network-checks.ts';
import type { PodObservation } from './observation.ts';
import { checkPair, checkQuality } from './pair-checks.ts';
import { type Endpoint, endpointsOf, type ProbedPair, pairsOf, probedPairs } from './pairs.ts';
import {
  checkInterfaces,
  checkNode,
  checkProbe,
  checkRange,
  checkReady,
  checkRoutes,
  checkScheduled,
  checkUnique,
  subnetOf,
} from './pod-checks.ts';
import { askPod } from './pod-question.ts';
import { checkProtocols } from './protocol-checks.ts';
import { WAYS } from './route-checks.ts';
import { checkSamples } from './sample-checks.ts';
import { EVERY_CHECK } from './select-checks.ts';
import { checkTargets } from './target-checks.ts';

export interface Evaluation {
  /** Ordered by check, then as the pods are. */
  readonly checks: readonly CheckResult[];
  readonly matrix: readonly ProbedPair[];
}

/** Runs every check that is chosen on the evidence. Pure. */
export function evaluate(evidence: Evidence): Evaluation {
  const { pods, nodes = [], chosen = EVERY_CHECK } = evidence;
  const matrix = probedPairs(pairsOf(pods, evidence), pods);
  const index = indexEvidence(evidence, matrix);
  const checks = [
    ...nodes.flatMap(checkNode),
    ...checkEnis(evidence, index),
    ...pods.flatMap((pod) => [checkScheduled(pod), checkReady(pod), ...checkProbe(pod)]),
    ...pods.flatMap(checkInterfaces),
    ...pods.flatMap((pod) => askPod([...INSIDE, ...WAYS], pod, index)),
    ...checkNetworks(evidence, matrix, index),
    ...checkAddresses(evidence, index),
    ...checkNeighbours(evidence, matrix, index),
    ...matrix.map((pair) => checkPair(pair, index)),
    ...checkQualities(evidence, matrix, index),
    ...checkSamples(evidence, matrix, index),
    ...checkProtocols(evidence, matrix, index),
    ...checkTargets(evidence, index),
  ];
  return { checks: inOrder(checks.filter(({ check }) => chosen.has(check))), matrix };
}

function checkAddresses({ pods }: Evidence, index: EvidenceIndex): CheckResult[] {
  const ready = pods.filter((pod) => pod.notReady === undefined);
  const { networks, holders } = index;
  const placesOfReady = ready.flatMap(endpointsOf);
  return [
    ...placesOfReady.map((place) => checkRange(place, index)),
    ...placesOfReady.map((place) => checkUnique(place, holders)),
    ...ready.flatMap((pod) =>
      checkRoutes(pod, (place) =>
        subnetOf(place, networks.get(place.network), ownSubnet(pod, place)),
      ),
    ),
  ];
}

function checkQualities(
  { limits }: Evidence,
  matrix: readonly ProbedPair[],
  index: EvidenceIndex,
): CheckResult[] {
  if (limits === undefined) return [];
  return matrix.flatMap((pair) => checkQuality(pair, limits, index));
}

/** The subnet from the prefix length of the pod's own interface. */
function ownSubnet(pod: PodObservation, place: Endpoint): string | undefined {
  const own = pod.probe?.addresses.find(
    (entry) => entry.interface === place.interface && entry.address === place.address,
  );
  if (own === undefined) return undefined;
  const wholeAddress = isIpv6(own.address) ? 128 : 32;
  return own.prefix === wholeAddress ? undefined : networkOf(own.address, own.prefix);
}

function inOrder(checks: readonly CheckResult[]): CheckResult[] {
  const byCheck = Map.groupBy(checks, ({ check }) => check);
  return CHECKS.flatMap((name) => byCheck.get(name) ?? []);
}
