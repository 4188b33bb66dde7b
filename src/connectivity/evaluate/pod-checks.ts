import { formatRange, inNetwork, inRange } from '../../core/ip.ts';
import type { ExpectedAddresses, ProbeNetwork } from '../probe/network.ts';
import { type CheckResult, failed, passed, type Reason, skipped } from './check.ts';
import { type EvidenceIndex, type Holders, othersAt } from './evidence.ts';
import { assignmentOf, describeInterface, explainAssignment } from './explain-address.ts';
import { explainNoStatus, explainNotReady, explainProbe } from './explain-pod.ts';
import { interfaceName, type NodeObservation, type PodObservation } from './observation.ts';
import { type Endpoint, endpointsOf } from './pairs.ts';
import { generalReason } from './pod-question.ts';

/** Checks that the pod is Ready. */
export function checkReady(pod: PodObservation): CheckResult {
  const question = { check: 'pod-ready', subject: pod.name } as const;
  if (pod.notReady === undefined) return passed(question, `Ready on ${pod.node ?? 'no node'}`);
  return failed(question, pod.notReady, explainNotReady(pod.notReady));
}

/** Checks that the scheduler found a node for the pod. */
export function checkScheduled(pod: PodObservation): CheckResult {
  const question = { check: 'pod-scheduled', subject: pod.name } as const;
  if (pod.node !== undefined) return passed(question, pod.node);
  const text = pod.notReady ?? 'it has no node';
  const reason = explainNotReady(text);
  return reason.cause === 'scheduling' ? failed(question, text, reason) : skipped(question, text);
}

/** Checks that the command in a Ready pod ended. */
export function checkProbe(pod: PodObservation): CheckResult[] {
  const question = { check: 'probe-ran', subject: pod.name } as const;
  if (pod.notReady !== undefined) return [skipped(question, 'the pod is not Ready')];
  if (pod.probe !== undefined) return [passed(question, 'it ended')];
  const why = pod.probeError ?? 'no probe ran';
  return [failed(question, why, explainProbe(why))];
}

/** Checks that each network of the pod has an interface, both in `network-status` and inside the pod. */
export function checkInterfaces(pod: PodObservation): CheckResult[] {
  return pod.networks.map((network, index) => {
    const wanted = interfaceName(index);
    const question = { check: 'interface-present', subject: `${pod.name} ${wanted}` } as const;
    if (pod.notReady !== undefined) return skipped(question, 'the pod is not Ready');
    if (pod.status === undefined) {
      return failed(question, 'the pod has no network-status annotation', explainNoStatus(pod));
    }
    const places = endpointsOf(pod).filter(
      (place) => place.network === network && place.interface === wanted,
    );
    const addresses = places.flatMap(({ address }) => address ?? []);
    if (addresses.length === 0) {
      return failed(question, `network-status has no address of ${network} on ${wanted}`, {
        cause: 'not-attached',
        explanation: `Multus handled the pod but did not attach ${network}.`,
        nextStep: "look at the events of the pod and at the network's configuration",
      });
    }
    return checkInsidePod(question, pod, wanted, addresses);
  });
}

function checkInsidePod(
  question: { readonly check: 'interface-present'; readonly subject: string },
  pod: PodObservation,
  wanted: string,
  addresses: readonly string[],
): CheckResult {
  if (pod.probe === undefined) {
    const why = pod.probeError ?? 'no probe ran';
    return failed(question, `the pod could not be probed: ${why}`, explainProbe(why));
  }
  const seen = pod.probe.addresses.filter((entry) => entry.interface === wanted);
  const missing = addresses.filter((address) => !seen.some((entry) => entry.address === address));
  if (missing.length > 0) {
    const shown = seen.map(({ address }) => address).join(', ') || 'no address';
    return failed(
      question,
      `network-status says ${missing.join(', ')}, the pod shows ${shown} on ${wanted}`,
      {
        cause: 'interface-missing',
        explanation:
          'The interface changed after the pod was created: its sandbox restarted, its master interface disappeared, or a program in the pod changed it.',
        nextStep: "create the pod again, and look at the network's master interface on the node",
      },
    );
  }
  const mtu = pod.probe.mtu[wanted];
  return passed(question, `${addresses.join(', ')}${mtu === undefined ? '' : `, MTU ${mtu}`}`);
}

/** Checks that the route to the network's subnet goes through the network's interface. */
export function checkRoutes(
  pod: PodObservation,
  subnetOf: (place: Endpoint) => string | undefined,
): CheckResult[] {
  return endpointsOf(pod).map((place) => {
    const question = { check: 'route-present', subject: `${pod.name} ${place.interface}` } as const;
    if (pod.probe === undefined) return skipped(question, 'the pod was not probed');
    if (place.address === undefined) return skipped(question, 'the interface has no address');
    const subnet = subnetOf(place);
    if (subnet === undefined) return skipped(question, 'its address has no subnet');
    const route = pod.probe.routes.find(
      ({ destination, interface: device }) => destination === subnet && device === place.interface,
    );
    if (route !== undefined) return passed(question, `${subnet} dev ${place.interface}`);
    // The plugin sbr has moved the interface's routes there.
    if (pod.probe.ruleSources?.includes(place.address))
      return passed(question, `${place.address} has a routing table of its own`);
    const elsewhere = pod.probe.routes.find(({ destination }) => destination === subnet);
    return failed(
      question,
      elsewhere === undefined
        ? `no route to ${subnet}`
        : `${subnet} goes through ${elsewhere.interface}, not through ${place.interface}`,
      {
        cause: 'missing-route',
        explanation:
          "The network's IPAM sets the routes of the pod, and this one is not among them.",
        nextStep: 'look at subnet and routes in the configuration of the network',
      },
    );
  });
}

/** Checks that the node can run pods with secondary networks: it is Ready, and Multus runs on it. */
export function checkNode(node: NodeObservation): CheckResult[] {
  return [...checkState(node), checkConnections(node)];
}

/** Above this share, a burst of connections fills the table before old ones leave it. */
const NEARLY_FULL = 0.95;

/** Checks that the kernel of the node has room for more connections. A full table drops the first packet of each. */
function checkConnections({ name, connections }: NodeObservation): CheckResult {
  const question = { check: 'connection-table', subject: name } as const;
  if (connections === undefined || connections.most === 0) {
    return skipped(question, 'it could not be read in the pod of Multus');
  }
  const { used, most } = connections;
  const detail = `${used} of ${most} connections`;
  if (used < most * NEARLY_FULL) return passed(question, detail);
  return failed(question, detail, generalReason('connection-table', 'connection-table-full'));
}

function checkState({ name, leftOut, trouble }: NodeObservation): CheckResult[] {
  const ready = { check: 'node-ready', subject: name } as const;
  const multus = { check: 'multus-running', subject: name } as const;
  if (leftOut !== undefined) return [skipped(ready, leftOut), skipped(multus, leftOut)];
  if (trouble === undefined)
    return [passed(ready, 'Ready'), passed(multus, 'Multus is Ready on it')];
  return trouble.kind === 'multus-down'
    ? [passed(ready, 'Ready'), failed(multus, trouble.text, REASONS[trouble.kind])]
    : [failed(ready, trouble.text, REASONS[trouble.kind]), skipped(multus, trouble.text)];
}

const REASONS = {
  'not-ready': {
    cause: 'node-not-ready',
    explanation: 'The kubelet does not report the node as Ready, so no test pod runs there.',
    nextStep: 'look at the conditions of the node and at its instance',
  },
  // For how long: https://kubernetes.io/docs/concepts/scheduling-eviction/node-pressure-eviction/#node-condition-oscillation
  pressure: {
    cause: 'node-pressure',
    explanation:
      'The node runs out of disk, memory or process ids: the kubelet ends pods and takes no new ones.',
    nextStep:
      'look for what uses it up on the node (df, free, and the events of the node), free some, or replace the node; the kubelet keeps the condition for five minutes',
  },
  'multus-down': {
    cause: 'multus-down',
    explanation:
      'Multus does not run on the node: pods there get no secondary interfaces, or do not start.',
    nextStep:
      'look at the pod of kube-multus-ds on the node and at its log; run configure-multus again if the pod is missing',
  },
} as const satisfies Record<string, Reason>;

/**
 * Checks that the network may allocate the address: its configuration has the range, or, with addresses by node, the
 * node's interface has the prefix.
 */
export function checkRange(place: Endpoint, evidence: EvidenceIndex): CheckResult {
  const question = {
    check: 'address-in-range',
    subject: `${place.pod} ${place.interface}`,
  } as const;
  const network = evidence.networks.get(place.network);
  const { address } = place;
  if (address === undefined) return skipped(question, 'the interface has no address');
  if (network === undefined) return skipped(question, `${place.network} was not read`);
  if (!network.expected.known) return checkPrefix(question, place, network.expected, evidence);
  const { ranges } = network.expected;
  const range = ranges.find((one) => inRange(address, one));
  if (range !== undefined) return passed(question, `${address} is in ${formatRange(range)}`);
  return failed(question, `${address} is not in ${ranges.map(formatRange).join(' or ')}`, {
    cause: 'out-of-range',
    explanation:
      'The network changed after the pod was created, or a node has its own configuration file for it.',
    nextStep: 'create the pod again, and compare the files in /etc/cni/multus/net.d of the nodes',
  });
}

function checkPrefix(
  question: Pick<CheckResult, 'check' | 'subject'>,
  place: Endpoint,
  { byNode, reason }: Extract<ExpectedAddresses, { known: false }>,
  evidence: EvidenceIndex,
): CheckResult {
  const assignment = assignmentOf(place, evidence);
  if (byNode !== true || assignment.kind === 'unknown') return skipped(question, reason);
  if (assignment.kind === 'right') {
    return passed(
      question,
      `${place.address} is assigned to ${describeInterface(assignment.holder)}`,
    );
  }
  const why = explainAssignment(place, evidence);
  const detail = `${place.address} is not assigned to the network's interface on ${place.node}`;
  return why === undefined ? skipped(question, reason) : failed(question, detail, why);
}

/** Checks that no other known pod on the network has the address. */
export function checkUnique(place: Endpoint, holders: Holders): CheckResult {
  const question = { check: 'address-unique', subject: `${place.pod} ${place.interface}` } as const;
  const { address } = place;
  if (address === undefined) return skipped(question, 'the interface has no address');
  const others = othersAt(place, holders);
  if (others.length === 0) return passed(question, `no other pod has ${address}`);
  const names = others.map(
    (other) => `${other.pod} ${other.interface} on ${other.node ?? 'no node'}`,
  );
  return failed(question, `${address} also belongs to ${names.join(' and ')}`, {
    cause: 'duplicate-address',
    explanation:
      'IPAM host-local records allocations on each node separately, so nodes that share a range allocate the same addresses.',
    nextStep: 'use ipam: eni-prefix, or a range that only one node uses',
  });
}

/** The subnet whose route should go through an endpoint's interface. Undefined when it is not known. */
export function subnetOf(
  place: Endpoint,
  network: ProbeNetwork | undefined,
  ownSubnet: string | undefined,
): string | undefined {
  const { address } = place;
  if (address === undefined || network === undefined || !network.expected.known) return ownSubnet;
  return network.expected.subnets.find((subnet) => inNetwork(address, subnet)) ?? ownSubnet;
}
