import type { Evidence, NodeInterface } from '../evaluate/evidence.ts';
import type { Ping, PodObservation } from '../evaluate/observation.ts';
import { probeNetwork } from '../probe/network.ts';
import { makeReport, type Report } from '../report/report.ts';
import { healthy, type PodPlan, silence } from './lab-pods.ts';

const ZONES = ['ap-northeast-2a', 'ap-northeast-2b'];
const networksOf = (count: number) =>
  Array.from({ length: count }, (_, index) =>
    probeNetwork({ metadata: { name: `ipvlan-conf-${index + 1}`, namespace: 'default' } }),
  );

/** Sizes of a cluster: every pod is on all networks, with addresses of its node's own prefixes. */
export interface Size {
  /** Two when absent. */
  readonly networks?: number;
  readonly nodes: number;
  readonly podsOnEach: number;
  /** The most pairs that are probed. */
  readonly maxPairs: number;
}

/** What is seen of a cluster when all is well; `change` makes something else of a ping. */
export function clusterEvidence(
  { nodes, podsOnEach, maxPairs, networks: count = 2 }: Size,
  change: (ping: Ping, pod: PodObservation) => Ping = (ping) => ping,
): Evidence {
  const networks = networksOf(count);
  const names = Array.from({ length: nodes }, (_, index) => nodeName(index));
  const plans = names.flatMap((node, index): PodPlan[] =>
    Array.from({ length: podsOnEach }, (_, pod) => ({
      name: `verify-${index + 1}-${pod + 1}`,
      node,
      zone: zoneOf(index),
      addresses: networks.map(({ id }, network) => ({
        network: id,
        address: `${prefixBase(index, network)}${podAddress(index, pod)}`,
      })),
    })),
  );
  return {
    networks,
    pods: healthy(plans, { maxPairs }).map((pod) => withPings(pod, change)),
    nodes: names.map((name, index) => ({ name, zone: zoneOf(index) })),
    interfaces: names.flatMap((name, index) => networks.map((_, n) => eni(name, index, n, count))),
    limits: { lossPercent: 10 },
    maxPairs,
  };
}

/** What is seen of a cluster with several faults: nothing reaches one address, loss, a small MTU, no isolation. */
export function faultyEvidence(size: Size): Evidence {
  const lost = `${prefixBase(1, 0)}${podAddress(1, 0)}`;
  const [lossy, leaking] = [2, 0].map((node) => `${prefixBase(node, 1)}${podAddress(node, 0)}`);
  return clusterEvidence(size, (ping, { name, node }) => {
    const near = node === nodeName(1);
    if (ping.address === lost && !near) {
      return silence({ interface: ping.interface, address: lost });
    }
    if (ping.address === lossy && ping.received > 0) return { ...ping, sent: 10, received: 6 };
    if (ping.address === leaking && ping.received === 0 && name === 'verify-3-2') {
      return { ...ping, received: 3, milliseconds: { min: 0.4, avg: 0.5, max: 0.7 } };
    }
    if (name === 'verify-3-1' && ping.received > 0) {
      return { ...ping, large: { bytes: 9001, answered: false, pathMtu: 1400 } };
    }
    return ping;
  });
}

/** The report of that evidence. */
export function faultyReport(size: Size = { nodes: 3, podsOnEach: 2, maxPairs: 1000 }): Report {
  return reportOf(faultyEvidence(size), size.maxPairs);
}

/** Names and texts that would break out of HTML, Markdown, XML or Mermaid that does not guard against them. */
export const HOSTILE = '<img src=x onerror=alert(1)>"\'&]]>|`\u0000\u2028</script>';

/** A report in which all text that comes from the cluster is hostile. */
export function hostileReport(): Report {
  const report = faultyReport();
  const text = JSON.stringify(report).replaceAll(
    'verify-1-1',
    JSON.stringify(HOSTILE).slice(1, -1),
  );
  return { ...(JSON.parse(text) as Report), cluster: HOSTILE };
}

/** The report of some evidence, always of the same time. */
export function reportOf(evidence: Evidence, maxPairs: number): Report {
  const context = {
    cluster: 'eks-multus-cluster',
    namespace: 'default',
    layout: 'matrix',
    sampling: [`At most ${maxPairs} pairs are probed.`],
    startedAt: new Date('2026-01-01T00:00:00Z'),
    finishedAt: new Date('2026-01-01T00:00:12.34Z'),
  };
  return makeReport(context, evidence);
}

function withPings(
  pod: PodObservation,
  change: (ping: Ping, pod: PodObservation) => Ping,
): PodObservation {
  if (pod.probe === undefined) return pod;
  const pings = pod.probe.pings.map((ping, index) =>
    change(ping.received > 0 ? answerOf(ping, pod, index) : ping, pod),
  );
  return { ...pod, probe: { ...pod.probe, pings } };
}

/** Times as they are: little on a node, more between nodes. */
function answerOf(ping: Ping, pod: PodObservation, index: number): Ping {
  const own = pod.status?.some(({ addresses }) =>
    addresses.some((address) => samePrefix(address, ping.address)),
  );
  const avg = own ? 0.08 : 0.4 + (index % 7) / 10;
  const rounded = Math.round(avg * 100) / 100;
  return { ...ping, milliseconds: { min: rounded / 2, avg: rounded, max: rounded * 2 } };
}

function samePrefix(one: string, other: string): boolean {
  const block = (address: string) => Math.floor(Number(address.split('.')[3]) / 32);
  return one.split('.').slice(0, 3).join() === other.split('.').slice(0, 3).join()
    ? block(one) === block(other)
    : false;
}

function nodeName(index: number): string {
  return `ip-10-0-2-${10 + index}.ap-northeast-2.compute.internal`;
}

function zoneOf(index: number): string {
  return ZONES[index % ZONES.length] ?? '';
}

/** Eight nodes share a /24, with 32 addresses for each. */
function prefixBase(index: number, network: number): string {
  return `10.${network + 1}.${Math.floor(index / 8)}.`;
}

function podAddress(index: number, pod: number): number {
  return (index % 8) * 32 + pod;
}

function eni(node: string, index: number, network: number, networks: number): NodeInterface {
  const base = prefixBase(index, network);
  return {
    id: `eni-0${(index * networks + network + 0xa1).toString(16).padStart(16, '0')}`,
    node,
    deviceIndex: network + 1,
    subnetId: `subnet-0${network}`,
    zone: zoneOf(index),
    macAddress: '02:00:00:00:00:01',
    primary: `10.${network + 1}.200.${10 + index}`,
    secondaries: [],
    prefixes: [0, 16].map((offset) => `${base}${podAddress(index, offset)}/28`),

    ipv6Addresses: [],
    ipv6Prefixes: [],
    sourceDestCheck: false,
    securityGroupIds: ['sg-01'],
    status: 'in-use',
    description: '',
  };
}
