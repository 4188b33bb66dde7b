import { inNetwork, isIpv6 } from '../../core/ip.ts';
import type { ProbeNetwork } from '../probe/network.ts';
import { type CheckResult, failed, passed, skipped } from './check.ts';
import type { Evidence, EvidenceIndex } from './evidence.ts';
import { explainSilence } from './explain-pair.ts';
import type { PodObservation } from './observation.ts';
import { answered, type Endpoint, endpointsOf, type ProbedPair } from './pairs.ts';
import { askPod, type Fault, generalReason, type PodQuestion } from './pod-question.ts';

/** Checks of neighbour tables and gateways, on networks whose pods send ARP or ND. */
export function checkNeighbours(
  { pods }: Evidence,
  matrix: readonly ProbedPair[],
  evidence: EvidenceIndex,
): CheckResult[] {
  const pairs = Map.groupBy(matrix, ({ source }) => source.pod);
  return pods.flatMap((pod) => {
    const places = endpointsOf(pod).filter(
      ({ network }) => evidence.networks.get(network)?.resolves,
    );
    if (places.length === 0) return [];
    const own = (pairs.get(pod.name) ?? []).filter((pair) => isLinked(pair, evidence));
    const linked: readonly PodQuestion[] = [
      {
        check: 'neighbour-complete',
        find: () => unresolved(pod, own, evidence),
        well: 'every asked neighbour is known',
      },
      {
        check: 'neighbour-mac',
        find: () => foreign(pod, own, evidence),
        well: 'the right pods answer',
      },
    ];
    return [
      ...askPod(linked, pod, evidence),
      ...places.flatMap((place) => checkGateways(pod, place, evidence)),
    ];
  });
}

/**
 * Whether both ends of a pair are on one link. Between nodes a VPC answers ARP itself, so neighbour tables show the MAC addresses
 * of ENIs there.
 */
function isLinked(
  { source, target, scope, expected }: ProbedPair,
  { interfaces }: EvidenceIndex,
): boolean {
  return (
    expected === 'answer' &&
    source.network === target.network &&
    (scope === 'same-node' || interfaces === undefined)
  );
}

function entryOf({ probe }: PodObservation, device: string, address: string | undefined) {
  return probe?.neighbours?.find((one) => one.interface === device && one.address === address);
}

function unresolved(
  pod: PodObservation,
  pairs: readonly ProbedPair[],
  evidence: EvidenceIndex,
): Fault[] {
  return pairs.flatMap((pair) => {
    const entry = entryOf(pod, pair.source.interface, pair.target.address);
    if (entry === undefined || entry.mac !== undefined || answered(pair)) return [];
    const detail = `${pair.target.address} on ${pair.source.interface} is ${entry.state}`;
    return [{ detail, reason: explainSilence(pair, evidence) }];
  });
}

function foreign(
  pod: PodObservation,
  pairs: readonly ProbedPair[],
  evidence: EvidenceIndex,
): Fault[] {
  return pairs.flatMap(({ source, target }) => {
    const seen = entryOf(pod, source.interface, target.address)?.mac;
    const right = evidence.pods.get(target.pod)?.probe?.mac?.[target.interface];
    if (seen === undefined || right === undefined || seen.toLowerCase() === right.toLowerCase())
      return [];
    const detail = `${seen} answers for ${target.address}, and ${target.pod} has ${right}`;
    return [{ detail, reason: generalReason('neighbour-mac', 'foreign-neighbour') }];
  });
}

function isOutside(gateway: string, network: ProbeNetwork | undefined): boolean {
  const { expected } = network ?? {};
  return expected?.known === true && !expected.subnets.some((one) => inNetwork(gateway, one));
}

function checkGateways(
  pod: PodObservation,
  place: Endpoint,
  { networks }: EvidenceIndex,
): CheckResult[] {
  const { address = '', interface: device, network } = place;
  const gateways = (networks.get(network)?.gateways ?? []).filter(
    (one) => isIpv6(one) === isIpv6(address),
  );
  return gateways.map((gateway) => {
    const question = { check: 'gateway', subject: `${pod.name} ${device} → ${gateway}` } as const;
    if (pod.probe === undefined) return skipped(question, pod.notReady ?? 'the pod was not probed');
    const ping = pod.probe.pings.find((one) => one.interface === device && one.address === gateway);
    if (ping !== undefined && ping.received > 0) return passed(question, 'it answers pings');
    const entry = entryOf(pod, device, gateway);
    // A router need not answer pings.
    if (entry?.mac !== undefined) return passed(question, `${entry.mac} answers for it`);
    if (isOutside(gateway, networks.get(network))) {
      return skipped(question, 'it is not in the subnet of the network, see gateway-in-subnet');
    }
    if (ping === undefined || ping.problem?.kind === 'broken')
      return skipped(question, 'no ping was sent to it');
    return failed(
      question,
      `nobody answers for ${gateway}`,
      generalReason('gateway', 'gateway-silent'),
    );
  });
}
