import { isIpv6 } from '../../core/ip.ts';
import { type CheckResult, type Reason, skipped } from './check.ts';
import type { Evidence, EvidenceIndex, NodeInterface } from './evidence.ts';
import { deviceOf } from './explain-address.ts';
import { type Endpoint, endpointsOf } from './pairs.ts';
import { type Fault, generalReason, judge } from './pod-question.ts';

/** Checks of the nodes' network interfaces as EC2 knows them. None when AWS was not asked. */
export function checkEnis({ interfaces, pods }: Evidence, evidence: EvidenceIndex): CheckResult[] {
  if (interfaces === undefined) return [];
  const places = pods
    .flatMap(endpointsOf)
    .filter((place) => deviceOf(place, evidence) !== undefined);
  const byNode = Map.groupBy(places, ({ node }) => node);
  const devices = new Set(places.map((place) => deviceOf(place, evidence)));
  return [
    ...[...byNode].flatMap(([node, own]) =>
      node === undefined ? [] : checkNode(node, own, evidence),
    ),
    ...[...devices].flatMap((device) =>
      checkDevice(
        device,
        interfaces.filter(({ node }) => byNode.has(node)),
      ),
    ),
  ];
}

function checkNode(
  node: string,
  places: readonly Endpoint[],
  evidence: EvidenceIndex,
): CheckResult[] {
  const enis = evidence.interfacesOf(node);
  const questions = ['eni-attached', 'eni-in-use', 'eni-prefix'] as const;
  if (enis.length === 0) {
    return questions.map((check) =>
      skipped({ check, subject: node }, 'EC2 shows no interface of the node'),
    );
  }
  const devices = [...new Set(places.map((place) => deviceOf(place, evidence) ?? 0))];
  const used = enis.filter(({ deviceIndex }) => devices.includes(deviceIndex ?? 0));
  const shown = used.map(({ id }) => id).join(', ');
  return [
    judge({ check: 'eni-attached', subject: node }, missing(node, devices, enis), shown),
    judge({ check: 'eni-in-use', subject: node }, idle(used), `${shown} in use`),
    judge(
      { check: 'eni-prefix', subject: node },
      [...bare(places, used, evidence), ...withoutIpv6(places, used, evidence)],
      'every interface that needs a prefix has one',
    ),
  ];
}

function missing(
  node: string,
  devices: readonly number[],
  enis: readonly NodeInterface[],
): Fault[] {
  return devices
    .filter((device) => !enis.some(({ deviceIndex }) => deviceIndex === device))
    .map((device) => ({
      detail: `no interface is attached as device ${device}`,
      reason: {
        cause: 'interface-down',
        explanation: `EC2 has no network interface attached to ${node} as device ${device}, so eth${device} does not exist on the node.`,
        nextStep: generalReason('eni-attached', 'interface-down').nextStep,
      },
    }));
}

function idle(enis: readonly NodeInterface[]): Fault[] {
  return enis
    .filter(({ status }) => status !== 'in-use')
    .map(({ id, status }) => ({
      detail: `${id} is ${status}`,
      reason: generalReason('eni-in-use', 'eni-status'),
    }));
}

function bare(
  places: readonly Endpoint[],
  enis: readonly NodeInterface[],
  evidence: EvidenceIndex,
): Fault[] {
  const byPrefix = places.filter((place) => isByPrefix(place, evidence));
  const devices = new Set(byPrefix.map((place) => deviceOf(place, evidence)));
  const reason: Reason = generalReason('eni-prefix', 'unassigned-address');
  return enis
    .filter(({ deviceIndex, prefixes }) => devices.has(deviceIndex) && prefixes.length === 0)
    .map(({ id, deviceIndex }) => ({ detail: `${id} (eth${deviceIndex}) has no prefix`, reason }));
}

function isByPrefix({ network }: Endpoint, { networks }: EvidenceIndex): boolean {
  const expected = networks.get(network)?.expected;
  return expected?.known === false && expected.byNode === true;
}

/**
 * An interface needs an IPv6 prefix when a pod has an address of one, or when the same interface of another node has one. In
 * modes of ipvlan in which the node routes, pods have IPv4 alone.
 */
function withoutIpv6(
  places: readonly Endpoint[],
  enis: readonly NodeInterface[],
  evidence: EvidenceIndex,
): Fault[] {
  const byPrefix = places.filter(
    (place) =>
      isByPrefix(place, evidence) && evidence.networks.get(place.network)?.resolves !== false,
  );
  const elsewhere = (device: number | undefined) =>
    (evidence.interfaces ?? []).some(
      ({ deviceIndex, ipv6Prefixes }) => deviceIndex === device && ipv6Prefixes.length > 0,
    );
  return enis
    .filter(({ deviceIndex, ipv6Prefixes }) => {
      const own = byPrefix.filter((place) => deviceOf(place, evidence) === deviceIndex);
      if (own.length === 0 || ipv6Prefixes.length > 0) return false;
      return own.some(({ address }) => isIpv6(address)) || elsewhere(deviceIndex);
    })
    .map(({ id, deviceIndex, node }) => ({
      detail: `${id} (eth${deviceIndex}) has no IPv6 prefix`,
      reason: {
        cause: 'unassigned-address',
        explanation: `${node} has no IPv6 addresses for new pods on eth${deviceIndex}, and the VPC does not deliver to those that pods have.`,
        nextStep: `assign a prefix to ${id} (aws ec2 assign-ipv6-addresses --ipv6-prefix-count 1), or replace ${node}`,
      },
    }));
}

/** Compares the interfaces of one number on all tested nodes. Those of other environments may differ. */
function checkDevice(
  device: number | undefined,
  interfaces: readonly NodeInterface[],
): CheckResult[] {
  const subject = `eth${device}`;
  const own = interfaces.filter(
    ({ deviceIndex, node }) => deviceIndex === device && node !== undefined,
  );
  const zones = Map.groupBy(own, ({ zone }) => zone);
  const subnets = [...zones].flatMap(([zone, enis]) =>
    differing(
      enis,
      ({ subnetId }) => subnetId,
      `zone ${zone}`,
      generalReason('eni-subnet', 'eni-mismatch'),
    ),
  );
  const groups = differing(
    own,
    ({ securityGroupIds }) => securityGroupIds.toSorted().join('+'),
    'the nodes',
    generalReason('eni-security-groups', 'eni-mismatch'),
  );
  return [
    judge({ check: 'eni-subnet', subject }, subnets, 'one subnet in each zone'),
    judge(
      { check: 'eni-security-groups', subject },
      groups,
      own[0]?.securityGroupIds.join(', ') || 'none',
    ),
  ];
}

function differing(
  enis: readonly NodeInterface[],
  wordsOf: (eni: NodeInterface) => string,
  where: string,
  reason: Reason,
): Fault[] {
  const groups = Map.groupBy(enis, wordsOf);
  if (groups.size < 2) return [];
  const parts = [...groups].map(
    ([value, own]) => `${value || 'none'} (${own[0]?.node} and ${own.length - 1} more)`,
  );
  return [{ detail: `${where}: ${parts.join(', ')}`, reason }];
}
