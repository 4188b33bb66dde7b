import { inNetwork, isIpv6, networkOf } from '../../core/ip.ts';
import type { Reason } from './check.ts';
import type { EvidenceIndex, NodeInterface } from './evidence.ts';
import type { Endpoint } from './pairs.ts';

/** Why the VPC does not deliver to an address of a pod. Undefined when EC2's view of the interfaces shows no reason. */
export function explainAssignment(place: Endpoint, evidence: EvidenceIndex): Reason | undefined {
  const assignment = assignmentOf(place, evidence);
  switch (assignment.kind) {
    case 'right':
    case 'unknown':
      return undefined;
    case 'no-interface':
      return {
        cause: 'interface-down',
        explanation: `EC2 has no network interface attached to ${place.node} as device ${assignment.device}, so eth${assignment.device} does not exist on the node.`,
        nextStep: `replace the node, or attach its interface again; look at the log of the launch hook for ${place.node}`,
      };
    case 'elsewhere':
      return explainElsewhere(place, assignment.holder, evidence);
    case 'nobody':
      return explainNobody(place, assignment, evidence);
  }
}

function explainElsewhere(
  place: Endpoint,
  holder: Extract<Assignment, { kind: 'elsewhere' }>['holder'],
  evidence: EvidenceIndex,
): Reason {
  const where = `${place.address} of ${place.pod} is assigned to ${describeInterface(holder)}`;
  if (holder.node !== place.node) {
    return {
      cause: 'unassigned-address',
      explanation: `${where}, but the pod runs on ${place.node}: the VPC delivers its packets to the other node.`,
      nextStep: 'use ipam: eni-prefix, so that each node allocates its own addresses',
    };
  }
  return wrongInterface(place, where, evidence);
}

function explainNobody(
  place: Endpoint,
  { home }: Extract<Assignment, { kind: 'nobody' }>,
  evidence: EvidenceIndex,
): Reason {
  if (home !== undefined && home.deviceIndex !== deviceOf(place, evidence)) {
    const where = `${place.address} of ${place.pod} is in the subnet of ${describeInterface(home)}`;
    return wrongInterface(place, where, evidence);
  }
  const sends = home?.sourceDestCheck === false ? '' : ' and packets from it to other nodes';
  return {
    cause: 'unassigned-address',
    explanation: `${place.address} of ${place.pod} is assigned to no network interface: the VPC drops packets to it${sends}.`,
    nextStep: assignAgain(place, home, evidence),
  };
}

function assignAgain(
  { network, node, address }: Endpoint,
  home: NodeInterface | undefined,
  { networks }: EvidenceIndex,
): string {
  const expected = networks.get(network)?.expected;
  const ofPrefix = expected?.known === false && expected.byNode === true;
  const [command, option] = isIpv6(address)
    ? ['assign-ipv6-addresses', '--ipv6-prefixes']
    : ['assign-private-ip-addresses', '--ipv4-prefixes'];
  return ofPrefix
    ? `the node allocated the address from a prefix that its interface has lost: assign the prefix to ${home?.id ?? `the interface of ${node}`} again (aws ec2 ${command} ${option}), or replace ${node}`
    : `use ipam: eni-prefix; or assign the address to the interface of ${node} (aws ec2 ${command})`;
}

/** The network names the wrong interface when this is so on all nodes. When it is so on some, the node is wrong. */
function wrongInterface(place: Endpoint, where: string, evidence: EvidenceIndex): Reason {
  const master = evidence.networks.get(place.network)?.master;
  const explanation = `${where}, but the master interface of ${place.network} is ${master}.`;
  const right = evidence
    .places(place.network)
    .some((other) => assignmentOf(other, evidence).kind === 'right');
  return right
    ? {
        cause: 'wrong-network',
        explanation: `${explanation} Pods on other nodes have addresses of ${master}, so this node allocates addresses of another network.`,
        nextStep: `look at /etc/cni/multus on ${place.node}, or replace the node; then create the pod again`,
      }
    : {
        cause: 'wrong-master',
        explanation: `${explanation} This is so on every node: the network names an interface that its addresses do not belong to.`,
        nextStep: `correct master (or subnet) in the NetworkAttachmentDefinition ${place.network}, then create the pods again`,
      };
}

/** Which network interface EC2 has assigned an address of a pod to. */
export type Assignment =
  /** The network's interface on the pod's node. */
  | { readonly kind: 'right'; readonly holder: NodeInterface }
  /** Another interface of this node or of another one. */
  | { readonly kind: 'elsewhere'; readonly holder: NodeInterface }
  /** No interface. `home` is the interface of this node whose subnet the address is in. */
  | { readonly kind: 'nobody'; readonly home: NodeInterface | undefined }
  /** The node has no interface for the network. */
  | { readonly kind: 'no-interface'; readonly device: number }
  /** AWS was not asked, or the network does not use an ENI. */
  | { readonly kind: 'unknown' };

/** Finds the network interface that the VPC delivers an address to, and whether it is the right one for the pod. */
export function assignmentOf(place: Endpoint, evidence: EvidenceIndex): Assignment {
  const { address, node } = place;
  const device = deviceOf(place, evidence);
  const ofNode = evidence.interfacesOf(node ?? '');
  if (address === undefined || device === undefined || ofNode.length === 0) {
    return { kind: 'unknown' };
  }
  const own = ofNode.find(({ deviceIndex }) => deviceIndex === device);
  if (own === undefined) return { kind: 'no-interface', device };
  if (hasAddress(own, address)) return { kind: 'right', holder: own };
  const holder = evidence.interfaces?.find((one) => hasAddress(one, address));
  if (holder !== undefined) return { kind: 'elsewhere', holder };
  return { kind: 'nobody', home: homeOf(place, ofNode, evidence) };
}

/** The number of the node's interface that a network is on: 1 for eth1. */
export function deviceOf(place: Endpoint, { networks }: EvidenceIndex): number | undefined {
  const digits = /^eth(\d+)$/.exec(networks.get(place.network)?.master ?? '')?.[1];
  return digits === undefined ? undefined : Number(digits);
}

/** The interface of the node whose subnet contains the address. The pod's prefix length gives the subnet. */
function homeOf(
  { pod, interface: device, address = '' }: Endpoint,
  ofNode: readonly NodeInterface[],
  { pods }: EvidenceIndex,
): NodeInterface | undefined {
  const shown = pods
    .get(pod)
    ?.probe?.addresses.find((one) => one.interface === device && one.address === address);
  if (shown === undefined) return undefined;
  const subnet = networkOf(address, shown.prefix);
  return ofNode.find((one) => addressesIn(one).some((own) => inNetwork(own, subnet)));
}

/** Addresses that show which subnets an interface is in. */
function addressesIn({ primary, ipv6Addresses, ipv6Prefixes }: NodeInterface): readonly string[] {
  return [primary, ...ipv6Addresses, ...ipv6Prefixes.map((prefix) => prefix.split('/')[0] ?? '')];
}

function hasAddress(
  { primary, secondaries, prefixes, ipv6Addresses, ipv6Prefixes }: NodeInterface,
  address: string,
): boolean {
  return (
    primary === address ||
    secondaries.includes(address) ||
    ipv6Addresses.includes(address) ||
    [...prefixes, ...ipv6Prefixes].some((prefix) => inNetwork(address, prefix))
  );
}

/** `eni-1 (eth1 of node-a)`. */
export function describeInterface({ id, deviceIndex, node }: NodeInterface): string {
  return `${id} (eth${deviceIndex} of ${node ?? 'another machine'})`;
}
