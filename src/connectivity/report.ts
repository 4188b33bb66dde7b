import { type CheckResult, type Counts, countOutcomes } from './check.ts';
import { evaluate } from './evaluate.ts';
import type { ProbeNetwork } from './network.ts';
import type { PodObservation } from './observation.ts';
import { answered, type ProbedPair } from './pair-checks.ts';
import { type Endpoint, endpointsOf } from './pairs.ts';

/** The connectivity report, version 1: what `report.json` holds. New fields may come, none will go. */
export interface Report {
  readonly schema: 1;
  readonly result: 'passed' | 'failed';
  readonly cluster: string;
  readonly namespace: string;
  readonly layout: string;
  readonly startedAt: string;
  readonly durationSeconds: number;
  readonly counts: Counts;
  readonly networks: readonly ReportedNetwork[];
  readonly pods: readonly ReportedPod[];
  readonly checks: readonly CheckResult[];
  readonly matrix: readonly ReportedPair[];
}

export interface ReportedNetwork {
  readonly id: string;
  readonly kind: string;
  readonly subnets: readonly string[];
  /** `first-last`. */
  readonly ranges: readonly string[];
}

export interface ReportedPod {
  readonly name: string;
  readonly node: string | null;
  readonly ready: boolean;
  readonly interfaces: readonly ReportedInterface[];
  /** `ip r`, as the pod printed it; null when it was not looked into. */
  readonly routes: string | null;
}

export interface ReportedInterface {
  readonly name: string;
  readonly network: string;
  readonly address: string | null;
  readonly mtu: number | null;
}

export interface ReportedPair {
  readonly source: ReportedPlace;
  readonly target: ReportedPlace;
  readonly expected: 'answer' | 'silence';
  readonly seen: 'answer' | 'silence' | 'not-probed';
  readonly sent: number;
  readonly received: number;
  readonly milliseconds: {
    readonly min: number;
    readonly avg: number;
    readonly max: number;
  } | null;
}

export interface ReportedPlace {
  readonly pod: string;
  readonly interface: string;
  readonly network: string;
  readonly address: string | null;
}

/** Where and when the observations were made. */
export interface ReportContext {
  readonly cluster: string;
  readonly namespace: string;
  readonly layout: string;
  readonly startedAt: Date;
  readonly finishedAt: Date;
}

/** Evaluates the observations and puts everything together. Pure. */
export function makeReport(
  context: ReportContext,
  networks: readonly ProbeNetwork[],
  pods: readonly PodObservation[],
): Report {
  const { checks, matrix } = evaluate(networks, pods);
  const counts = countOutcomes(checks);
  const { cluster, namespace, layout, startedAt, finishedAt } = context;
  return {
    schema: 1,
    result: counts.failed === 0 && counts.passed > 0 ? 'passed' : 'failed',
    cluster,
    namespace,
    layout,
    startedAt: startedAt.toISOString(),
    durationSeconds: Math.round((finishedAt.getTime() - startedAt.getTime()) / 100) / 10,
    counts,
    networks: networks.map(reportNetwork),
    pods: pods.map(reportPod),
    checks,
    matrix: matrix.map(reportPair),
  };
}

function reportNetwork({ id, kind, expected }: ProbeNetwork): ReportedNetwork {
  if (!expected.known) return { id, kind, subnets: [], ranges: [] };
  const ranges = expected.ranges.map(({ first, last }) => `${first}-${last}`);
  return { id, kind, subnets: expected.subnets, ranges };
}

function reportPod(pod: PodObservation): ReportedPod {
  return {
    name: pod.name,
    node: pod.node ?? null,
    ready: pod.notReady === undefined,
    interfaces: endpointsOf(pod).map((place) => ({
      name: place.interface,
      network: place.network,
      address: place.address ?? null,
      mtu: pod.probe?.mtu[place.interface] ?? null,
    })),
    routes: pod.probe?.routeText ?? null,
  };
}

function reportPair(pair: ProbedPair): ReportedPair {
  const { ping } = pair;
  const unprobed = ping === undefined || ping.problem?.kind === 'broken';
  return {
    source: reportPlace(pair.source),
    target: reportPlace(pair.target),
    expected: pair.expected,
    seen: unprobed ? 'not-probed' : answered(pair) ? 'answer' : 'silence',
    sent: ping?.sent ?? 0,
    received: ping?.received ?? 0,
    milliseconds: ping?.milliseconds ?? null,
  };
}

function reportPlace(place: Endpoint): ReportedPlace {
  const { pod, interface: device, network, address } = place;
  return { pod, interface: device, network, address: address ?? null };
}
