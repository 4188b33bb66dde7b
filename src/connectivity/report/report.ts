import { formatRange } from '../../core/ip.ts';
import { type CheckResult, type Counts, countOutcomes } from '../evaluate/check.ts';
import { evaluate } from '../evaluate/evaluate.ts';
import type { Evidence, NodeInterface } from '../evaluate/evidence.ts';
import {
  type Exchange,
  type LargePing,
  lossPercent,
  type NodeObservation,
  type PodObservation,
} from '../evaluate/observation.ts';
import {
  answered,
  type Endpoint,
  type Expectation,
  type Expected,
  endpointsOf,
  type ProbedPair,
  type Scope,
} from '../evaluate/pairs.ts';
import { exchangeOf } from '../evaluate/protocol-checks.ts';
import { jitterOf, sampleOf } from '../evaluate/sample-checks.ts';
import type { Target } from '../evaluate/targets.ts';
import type { ProbeNetwork } from '../probe/network.ts';
import type { Protocol, Transport } from '../protocol.ts';

/** The connectivity report, version 1, as in `report.json`. Fields may be added but not removed. */
export interface Report {
  readonly schema: 1;
  readonly result: 'passed' | 'failed';
  readonly cluster: string;
  readonly namespace: string;
  readonly layout: string;
  readonly startedAt: string;
  readonly durationSeconds: number;
  readonly counts: Counts;
  /** How nodes and pairs were chosen, in sentences for people. */
  readonly sampling: readonly string[];
  /** The lines of the input `expect`. Empty when pods on one network talk and pods on different networks do not. */
  readonly expectations: readonly Expectation[];
  readonly networks: readonly ReportedNetwork[];
  /** The nodes that were or should have been tested. Without a choice of nodes, those that pods ran on. */
  readonly nodes: readonly ReportedNode[];
  readonly pods: readonly ReportedPod[];
  /** What pods of one network were to say to each other. */
  readonly protocols: readonly Protocol[];
  /** The lines of the input `targets`. */
  readonly targets: readonly ReportedTarget[];
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

export interface ReportedTarget extends Omit<Target, 'port'> {
  /** Null with ICMP. */
  readonly port: number | null;
}

export interface ReportedNode {
  readonly name: string;
  readonly zone: string | null;
  /** Why the node was not tested; null when it was. */
  readonly untested: string | null;
  /** Its network interfaces in EC2, without those that the VPC CNI adds; null when AWS was not asked. */
  readonly interfaces: readonly ReportedNodeInterface[] | null;
}

export interface ReportedNodeInterface
  extends Omit<
    NodeInterface,
    | 'node'
    | 'deviceIndex'
    | 'zone'
    | 'macAddress'
    | 'description'
    | 'ipv6Addresses'
    | 'ipv6Prefixes'
  > {
  /** Null when the interface is not attached. */
  readonly deviceIndex: number | null;
}

export interface ReportedPod {
  readonly name: string;
  readonly node: string | null;
  readonly zone: string | null;
  readonly ready: boolean;
  readonly interfaces: readonly ReportedInterface[];
  /** `ip r`, as the pod printed it; null when it was not probed. */
  readonly routes: string | null;
}

export interface ReportedInterface {
  readonly name: string;
  readonly network: string;
  readonly address: string | null;
  readonly mtu: number | null;
  /** As the kernel calls it: `up`, `down`, `lowerlayerdown`, `unknown`; null when not looked at. */
  readonly state: string | null;
}

/** Where and when the observations were made. */
export interface ReportContext {
  readonly cluster: string;
  readonly namespace: string;
  readonly layout: string;
  /** How nodes and pairs were chosen, in sentences; absent when the layout has no choice. */
  readonly sampling?: readonly string[];
  readonly startedAt: Date;
  readonly finishedAt: Date;
}

/** Runs the checks on the evidence and makes the report. Pure. */
export function makeReport(context: ReportContext, evidence: Evidence): Report {
  const { checks, matrix } = evaluate(evidence);
  const counts = countOutcomes(checks);
  const pods = new Map(evidence.pods.map((pod) => [pod.name, pod]));
  const extras = { transports: evidence.transports ?? [], pods };
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
    sampling: context.sampling ?? [],
    expectations: evidence.expectations ?? [],
    networks: evidence.networks.map(reportNetwork),
    nodes: nodesOf(evidence).map((node) => reportNode(node, evidence.interfaces)),
    pods: evidence.pods.map(reportPod),
    protocols: ['icmp', ...(evidence.transports ?? [])],
    targets: (evidence.targets ?? []).map(reportTarget),
    checks,
    matrix: matrix.map((pair) => reportPair(pair, extras)),
  };
}

function nodesOf({ nodes, pods }: Evidence): readonly NodeObservation[] {
  if (nodes !== undefined) return nodes;
  const places = pods.flatMap(({ node, zone }) =>
    node === undefined ? [] : [{ name: node, ...(zone === undefined ? {} : { zone }) }],
  );
  return [...new Map(places.map((place) => [place.name, place])).values()];
}

function reportNode(
  { name, zone, trouble, leftOut }: NodeObservation,
  interfaces: readonly NodeInterface[] | undefined,
): ReportedNode {
  const own = interfaces
    ?.filter((one) => one.node === name && !isOfVpcCni(one))
    .map(reportInterface);
  const untested = trouble?.text ?? leftOut ?? null;
  return { name, zone: zone ?? null, untested, interfaces: own ?? null };
}

/** The VPC CNI attaches more interfaces to a node when pods need addresses: https://github.com/aws/amazon-vpc-cni-k8s */
function isOfVpcCni({ description }: NodeInterface): boolean {
  return description.startsWith('aws-K8S-');
}

function reportInterface(one: NodeInterface): ReportedNodeInterface {
  return {
    id: one.id,
    deviceIndex: one.deviceIndex ?? null,
    subnetId: one.subnetId,
    primary: one.primary,
    secondaries: one.secondaries,
    prefixes: [...one.prefixes, ...one.ipv6Prefixes],
    sourceDestCheck: one.sourceDestCheck,
    securityGroupIds: one.securityGroupIds,
    status: one.status,
  };
}

function reportTarget({ port, ...target }: Target): ReportedTarget {
  return { ...target, port: port ?? null };
}

function reportNetwork({ id, kind, expected }: ProbeNetwork): ReportedNetwork {
  if (!expected.known) return { id, kind, subnets: [], ranges: [] };
  const ranges = expected.ranges.map(formatRange);
  return { id, kind, subnets: expected.subnets, ranges };
}

function reportPod(pod: PodObservation): ReportedPod {
  return {
    name: pod.name,
    node: pod.node ?? null,
    zone: pod.zone ?? null,
    ready: pod.notReady === undefined,
    interfaces: endpointsOf(pod).map((place) => ({
      name: place.interface,
      network: place.network,
      address: place.address ?? null,
      mtu: pod.probe?.mtu[place.interface] ?? null,
      state: pod.probe?.state?.[place.interface] ?? null,
    })),
    routes: pod.probe?.routeText ?? null,
  };
}

/** One cell of the matrix in the report. */
export interface ReportedPair {
  readonly source: ReportedPlace;
  readonly target: ReportedPlace;
  readonly scope: Scope;
  readonly expected: Expected;
  /** The rule that applies: `one network`, `different networks`, or a line of the input `expect`. */
  readonly because: string;
  readonly seen: 'answer' | 'silence' | 'not-probed';
  readonly sent: number;
  readonly received: number;
  /** Null when nothing was sent. */
  readonly lossPercent: number | null;
  readonly milliseconds: {
    readonly min: number;
    readonly avg: number;
    readonly max: number;
  } | null;
  /** The number of attempts: more than one after silence or loss, 0 when not probed. */
  readonly attempts: number;
  /** The result of an unfragmented packet of the interface's MTU; null when none was sent. */
  readonly mtu: {
    readonly bytes: number;
    readonly passed: boolean;
    /** The MTU that a router on the path reported; null when none did. */
    readonly pathMtu: number | null;
  } | null;
  /** What one TCP connection carried; null when it was not measured. */
  readonly megabitsPerSecond: number | null;
  /** The mean difference of consecutive round trips in milliseconds; null when it was not measured. */
  readonly jitterMilliseconds: number | null;
  /** The requests over protocols besides ICMP; empty when none was sent. */
  readonly exchanges: readonly ReportedExchange[];
}

/** A request over a protocol with ports, and what came of it. */
export interface ReportedExchange {
  readonly protocol: Transport;
  readonly port: number;
  readonly result: Exchange['result'];
  readonly tries: number;
  readonly milliseconds: number;
  /** Whether a request passed that fills the interface's MTU; null when none was sent. */
  readonly large: { readonly bytes: number; readonly passed: boolean } | null;
}

export interface ReportedPlace {
  readonly pod: string;
  readonly interface: string;
  readonly network: string;
  readonly address: string | null;
}

/** What else was seen of pairs. */
export interface PairExtras {
  readonly transports: readonly Transport[];
  readonly pods: ReadonlyMap<string, PodObservation>;
}

const NO_EXTRAS: PairExtras = { transports: [], pods: new Map() };

/** The report's cell for a pair and its ping. Pure. */
export function reportPair(pair: ProbedPair, extras = NO_EXTRAS): ReportedPair {
  const sample = sampleOf(pair, extras.pods);
  const { ping, scope, expected, because } = pair;
  const unprobed = ping === undefined || ping.problem?.kind === 'broken';
  return {
    source: reportPlace(pair.source),
    target: reportPlace(pair.target),
    scope,
    expected,
    because,
    seen: unprobed ? 'not-probed' : answered(pair) ? 'answer' : 'silence',
    sent: ping?.sent ?? 0,
    received: ping?.received ?? 0,
    lossPercent: ping === undefined || ping.sent === 0 ? null : lossPercent(ping),
    milliseconds: ping?.milliseconds ?? null,
    attempts: ping === undefined ? 0 : (ping.attempts ?? 1),
    mtu: reportMtu(ping?.large),
    megabitsPerSecond: sample?.megabitsPerSecond ?? null,
    jitterMilliseconds: sample === undefined ? null : (jitterOf(sample) ?? null),
    exchanges: expected === 'answer' ? reportExchanges(pair, extras) : [],
  };
}

function reportExchanges(pair: ProbedPair, extras: PairExtras): readonly ReportedExchange[] {
  return extras.transports.flatMap((protocol) => {
    const exchange = exchangeOf(pair, protocol, extras);
    if ('missing' in exchange) return [];
    const { port, result, tries, tookMs, large } = exchange;
    const filled = large === undefined ? null : { bytes: large.bytes, passed: large.answered };
    return [{ protocol, port, result, tries, milliseconds: tookMs, large: filled }];
  });
}

function reportMtu(large: LargePing | undefined): ReportedPair['mtu'] {
  if (large === undefined) return null;
  return { bytes: large.bytes, passed: large.answered, pathMtu: large.pathMtu ?? null };
}

function reportPlace(place: Endpoint): ReportedPlace {
  const { pod, interface: device, network, address } = place;
  return { pod, interface: device, network, address: address ?? null };
}
