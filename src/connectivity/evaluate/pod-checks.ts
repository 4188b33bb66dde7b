import { type AddressRange, inNetwork, inRange } from '../../core/ip.ts';
import type { ExpectedAddresses, ProbeNetwork } from '../probe/network.ts';
import { type CheckResult, failed, passed, type Reason, skipped } from './check.ts';

import { type Holders, othersAt, type Surroundings } from './evidence.ts';

import { assignmentOf, describeInterface, explainAssignment } from './explain-address.ts';
import { interfaceName, type NodeObservation, type PodObservation } from './observation.ts';

import { type Endpoint, endpointsOf } from './pairs.ts';

/** Is the pod Ready? */
export function checkReady(pod: PodObservation): CheckResult {
  const question = { check: 'pod-ready', subject: pod.name } as const;
  if (pod.notReady === undefined) return passed(question, `Ready on ${pod.node ?? 'no node'}`);
  return failed(question, pod.notReady, explainNotReady(pod.notReady));
}

/** Does each network that the pod asks for have an interface: by Multus's word and in the pod itself? */
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
    return insideThePod(question, pod, wanted, addresses);
  });
}

function insideThePod(
  question: { readonly check: 'interface-present'; readonly subject: string },
  pod: PodObservation,
  wanted: string,
  addresses: readonly string[],
): CheckResult {
  if (pod.probe === undefined) {
    const why = pod.probeError ?? 'it was not asked';
    return failed(question, `the pod could not be looked into: ${why}`, EXPLAIN_PROBE);
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
          'The interface changed after the pod was created: a restarted sandbox, a master interface that went away, or a program in the pod.',
        nextStep: "create the pod again, and look at the network's master interface on the node",
      },
    );
  }
  const mtu = pod.probe.mtu[wanted];
  return passed(question, `${addresses.join(', ')}${mtu === undefined ? '' : `, MTU ${mtu}`}`);
}

/** Is there a route to the network's subnet through its own interface? */
export function checkRoutes(
  pod: PodObservation,
  subnetOf: (place: Endpoint) => string | undefined,
): CheckResult[] {
  return endpointsOf(pod).map((place) => {
    const question = { check: 'route-present', subject: `${pod.name} ${place.interface}` } as const;
    if (pod.probe === undefined) return skipped(question, 'the pod was not looked into');
    if (place.address === undefined) return skipped(question, 'the interface has no address');
    const subnet = subnetOf(place);
    if (subnet === undefined) return skipped(question, 'its address comes without a subnet');
    const route = pod.probe.routes.find(
      ({ destination, interface: device }) => destination === subnet && device === place.interface,
    );
    if (route !== undefined) return passed(question, `${subnet} dev ${place.interface}`);
    const elsewhere = pod.probe.routes.find(({ destination }) => destination === subnet);
    return failed(
      question,
      elsewhere === undefined
        ? `no route to ${subnet}`
        : `${subnet} goes through ${elsewhere.interface}, not through ${place.interface}`,
      {
        cause: 'missing-route',
        explanation: "The network's IPAM gives the routes, and this one is not among them.",
        nextStep: 'look at subnet and routes in the configuration of the network',
      },
    );
  });
}

const EXPLAIN_PROBE = {
  cause: 'probe-failed',
  explanation: 'The probe needs a container that runs and an image with sh, ip and ping.',
  nextStep: 'choose such an image with the input image',
} as const;

/** Can pods with secondary networks run on the node: is it Ready, and Multus on it? */
export function checkNode(node: NodeObservation): CheckResult {
  const question = { check: 'node-ready', subject: node.name } as const;
  if (node.leftOut !== undefined) return skipped(question, node.leftOut);
  if (node.trouble === undefined) return passed(question, 'Ready, with Multus');
  return failed(question, node.trouble.text, REASONS[node.trouble.kind]);
}

const REASONS = {
  'not-ready': {
    cause: 'node-not-ready',
    explanation: 'The kubelet of the node does not say that it is Ready, so nothing runs there.',
    nextStep: 'look at the conditions of the node and at its instance',
  },
  'multus-down': {
    cause: 'multus-down',
    explanation:
      'Multus does not run on the node: pods there get no secondary interfaces, or are not started at all.',
    nextStep:
      'look at the pod of kube-multus-ds on the node and at its log; run configure-multus again when it is missing',
  },
} as const satisfies Record<string, Reason>;

/**
 * Is the address one that the network gives out: by its own configuration, or, when that leaves it to the nodes, by
 * the prefixes of the node's interface?
 */
export function checkRange(place: Endpoint, surroundings: Surroundings): CheckResult {
  const question = {
    check: 'address-in-range',
    subject: `${place.pod} ${place.interface}`,
  } as const;
  const network = surroundings.networks.get(place.network);
  const { address } = place;
  if (address === undefined) return skipped(question, 'the interface has no address');
  if (network === undefined) return skipped(question, `${place.network} was not read`);
  if (!network.expected.known) return checkPrefix(question, place, network.expected, surroundings);
  const { ranges } = network.expected;
  const range = ranges.find((one) => inRange(address, one));
  if (range !== undefined) return passed(question, `${address} is in ${describe(range)}`);
  return failed(question, `${address} is not in ${ranges.map(describe).join(' or ')}`, {
    cause: 'out-of-range',
    explanation:
      'The network was changed after the pod was created, or a node has a file of its own for it.',
    nextStep: 'create the pod again, and compare the files in /etc/cni/multus/net.d of the nodes',
  });
}

function checkPrefix(
  question: Pick<CheckResult, 'check' | 'subject'>,
  place: Endpoint,
  { byNode, reason }: Extract<ExpectedAddresses, { known: false }>,
  surroundings: Surroundings,
): CheckResult {
  const assignment = assignmentOf(place, surroundings);
  if (byNode !== true || assignment.kind === 'unknown') return skipped(question, reason);
  if (assignment.kind === 'right') {
    return passed(question, `${place.address} is of ${describeInterface(assignment.holder)}`);
  }
  const why = explainAssignment(place, surroundings);
  const detail = `${place.address} is not of the network's interface on ${place.node}`;
  return why === undefined ? skipped(question, reason) : failed(question, detail, why);
}

/** Does the address belong to this pod alone, among all that are known on its network? */
export function checkUnique(place: Endpoint, holders: Holders): CheckResult {
  const question = { check: 'address-unique', subject: `${place.pod} ${place.interface}` } as const;
  const { address } = place;
  if (address === undefined) return skipped(question, 'the interface has no address');
  const others = othersAt(place, holders);
  if (others.length === 0) return passed(question, `${address} is its own`);
  const names = others.map(
    (other) => `${other.pod} ${other.interface} on ${other.node ?? 'no node'}`,
  );
  return failed(question, `${address} is also that of ${names.join(' and ')}`, {
    cause: 'duplicate-address',
    explanation:
      'IPAM host-local keeps its books on each node by itself, so nodes that share a range hand out the same addresses.',
    nextStep: 'use ipam: eni-prefix, or a range that only one node uses',
  });
}

/** The subnet that should be routed through an endpoint's interface; undefined when nothing tells. */
export function subnetOf(
  place: Endpoint,
  network: ProbeNetwork | undefined,
  ownSubnet: string | undefined,
): string | undefined {
  const { address } = place;
  if (address === undefined || network === undefined || !network.expected.known) return ownSubnet;
  return network.expected.subnets.find((subnet) => inNetwork(address, subnet)) ?? ownSubnet;
}

function describe(range: AddressRange): string {
  return `${range.first}-${range.last}`;
}

/** Why a Ready pod has no annotation of Multus. */
export function explainNoStatus(pod: PodObservation): Reason {
  const node = pod.node ?? 'its node';
  return {
    cause: 'predates-multus',
    explanation:
      "Multus did not handle this pod: it runs with the cluster's own network only. Pods that are older than Multus on their node are so, and new ones where its file is not the first in /etc/cni/net.d.",
    nextStep: `check that the DaemonSet kube-multus-ds is ready on ${node} and that /etc/cni/net.d has its file (the pod of Multus writes it when it starts), then create the pod again`,
  };
}

/** What a pod that is not Ready says, in terms of what can be done. */
export function explainNotReady(reason: string): Reason {
  return SANDBOX_REASONS.find(({ words }) => words.test(reason))?.reason ?? OTHER;
}

const SANDBOX_REASONS: readonly { readonly words: RegExp; readonly reason: Reason }[] = [
  {
    words: /failed to lookup master|Link not found/i,
    reason: {
      cause: 'wrong-master',
      explanation: 'The network names a master interface that the node does not have.',
      nextStep:
        "correct master in the NetworkAttachmentDefinition; or look at the node's boot script, which names the interfaces (journalctl -u cloud-final)",
    },
  },
  {
    words: /multus.*(connection refused|no such file|api is not ready|dial unix)/is,
    reason: {
      cause: 'multus-down',
      explanation: 'The Multus daemon of the node does not answer, so no pod gets its network.',
      nextStep: 'look at the pod of kube-multus-ds on the node and at its log',
    },
  },
  {
    words: /no IP addresses available|prefix exhausted/i,
    reason: {
      cause: 'pod-network-setup',
      explanation: 'All addresses of the network are in use on the node.',
      nextStep: 'give the nodes more prefixes, or the network a larger range',
    },
  },
  {
    words: /pull|image/i,
    reason: {
      cause: 'image',
      explanation: 'The node cannot get the image.',
      nextStep:
        'check the name, and that nodes reach its registry, or choose another with the input image',
    },
  },
  {
    words: /sandbox|multus|cni/i,
    reason: {
      cause: 'pod-network-setup',
      explanation: "The pod's network could not be set up.",
      nextStep:
        "check the network's master interface and IPAM, and the log of kube-multus-ds on its node",
    },
  },
  {
    words: /schedul|taint|insufficient|affinity/i,
    reason: {
      cause: 'scheduling',
      explanation: 'No node takes the pod.',
      nextStep: 'look at taints, free resources and the input placement',
    },
  },
];

const OTHER: Reason = {
  cause: 'pod-state',
  explanation: 'The pod did not become Ready in time.',
  nextStep: 'look at the events of the pod and at the state of its node',
};
