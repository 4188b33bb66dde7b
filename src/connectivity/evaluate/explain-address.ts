import { inNetwork, networkOf } from '../../core/ip.ts';
import type { Reason } from './check.ts';
import type { NodeInterface, Surroundings } from './evidence.ts';
import type { Endpoint } from './pairs.ts';

/** Why the VPC does not deliver to an address of a pod, if EC2's view of the interfaces shows that it does not. */
export function explainAssignment(place: Endpoint, surroundings: Surroundings): Reason | undefined {
  const assignment = assignmentOf(place, surroundings);
  switch (assignment.kind) {
    case 'right':
    case 'unknown':
      return undefined;
    case 'no-interface':
      return {
        cause: 'interface-down',
        explanation: `EC2 has no network interface attached to ${place.node} as device ${assignment.device}, so eth${assignment.device} leads nowhere.`,
        nextStep: `replace the node, or attach its interface again; look at the log of the launch hook for ${place.node}`,
      };
    case 'elsewhere':
      return explainElsewhere(place, assignment.holder, surroundings);
    case 'nobody':
      return explainNobody(place, assignment, surroundings);
  }
}

function explainElsewhere(
  place: Endpoint,
  holder: Extract<Assignment, { kind: 'elsewhere' }>['holder'],
  surroundings: Surroundings,
): Reason {
  const where = `${place.address} of ${place.pod} is an address of ${describeInterface(holder)}`;
  if (holder.node !== place.node) {
    return {
      cause: 'unassigned-address',
      explanation: `${where}, and the pod runs on ${place.node}: the VPC delivers it to the other node.`,
      nextStep: 'use ipam: eni-prefix, so that each node gives out addresses of its own',
    };
  }
  return wrongInterface(place, where, surroundings);
}

function explainNobody(
  place: Endpoint,
  { home }: Extract<Assignment, { kind: 'nobody' }>,
  surroundings: Surroundings,
): Reason {
  if (home !== undefined && home.deviceIndex !== deviceOf(place, surroundings)) {
    const where = `${place.address} of ${place.pod} is of the subnet of ${describeInterface(home)}`;
    return wrongInterface(place, where, surroundings);
  }
  const sends = home?.sourceDestCheck === false ? '' : ', and what it sends to other nodes';
  return {
    cause: 'unassigned-address',
    explanation: `${place.address} of ${place.pod} is assigned to no network interface: the VPC drops what is sent to it${sends}.`,
    nextStep: assignAgain(place, home, surroundings),
  };
}

function assignAgain(
  { network, node }: Endpoint,
  home: NodeInterface | undefined,
  { networks }: Surroundings,
): string {
  const expected = networks.get(network)?.expected;
  const ofPrefix = expected?.known === false && expected.byNode === true;
  return ofPrefix
    ? `the node took the address from a prefix that its interface does not have any more: give it back to ${home?.id ?? `the interface of ${node}`} (aws ec2 assign-private-ip-addresses --ipv4-prefixes), or replace ${node}`
    : `use ipam: eni-prefix; or assign the address to the interface of ${node} (aws ec2 assign-private-ip-addresses)`;
}

/** On all nodes it is the network that names the wrong interface; on some, it is the node. */
function wrongInterface(place: Endpoint, where: string, surroundings: Surroundings): Reason {
  const master = surroundings.networks.get(place.network)?.master;
  const explanation = `${where}, but the master interface of ${place.network} is ${master}.`;
  const right = surroundings
    .places(place.network)
    .some((other) => assignmentOf(other, surroundings).kind === 'right');
  return right
    ? {
        cause: 'wrong-network',
        explanation: `${explanation} Pods on other nodes have addresses of ${master}, so this node gives out those of another network.`,
        nextStep: `look at /etc/cni/multus on ${place.node}, or replace the node; then create the pod again`,
      }
    : {
        cause: 'wrong-master',
        explanation: `${explanation} That is so on every node: the network names an interface that its addresses do not belong to.`,
        nextStep: `correct master (or subnet) in the NetworkAttachmentDefinition ${place.network}, then create the pods again`,
      };
}

/** What EC2's view of the node's interfaces says of one address of a pod. */
export type Assignment =
  /** The network's own interface on the pod's node has it. */
  | { readonly kind: 'right'; readonly holder: NodeInterface }
  /** Another interface has it, of this node or of another one. */
  | { readonly kind: 'elsewhere'; readonly holder: NodeInterface }
  /** No interface has it; `home` is the one of this node whose subnet it belongs to. */
  | { readonly kind: 'nobody'; readonly home: NodeInterface | undefined }
  /** The node has no interface for the network at all. */
  | { readonly kind: 'no-interface'; readonly device: number }
  /** AWS was not asked, or the network uses no interface that AWS knows. */
  | { readonly kind: 'unknown' };

/** Whom the VPC delivers an address to, and whether that is where the pod is. */
export function assignmentOf(place: Endpoint, surroundings: Surroundings): Assignment {
  const { address, node } = place;
  const device = deviceOf(place, surroundings);
  const ofNode = surroundings.interfacesOf(node ?? '');
  if (address === undefined || device === undefined || ofNode.length === 0) {
    return { kind: 'unknown' };
  }
  const own = ofNode.find(({ deviceIndex }) => deviceIndex === device);
  if (own === undefined) return { kind: 'no-interface', device };
  if (hasAddress(own, address)) return { kind: 'right', holder: own };
  const holder = surroundings.interfaces?.find((one) => hasAddress(one, address));
  if (holder !== undefined) return { kind: 'elsewhere', holder };
  return { kind: 'nobody', home: homeOf(place, ofNode, surroundings) };
}

/** The number of the node's interface that a network is on: 1 for eth1. */
export function deviceOf(place: Endpoint, { networks }: Surroundings): number | undefined {
  const digits = /^eth(\d+)$/.exec(networks.get(place.network)?.master ?? '')?.[1];
  return digits === undefined ? undefined : Number(digits);
}

/** The interface of the node whose subnet holds the address, by the prefix length that the pod shows. */
function homeOf(
  { pod, interface: device, address = '' }: Endpoint,
  ofNode: readonly NodeInterface[],
  { pods }: Surroundings,
): NodeInterface | undefined {
  const shown = pods
    .get(pod)
    ?.probe?.addresses.find((one) => one.interface === device && one.address === address);
  if (shown === undefined) return undefined;
  const subnet = networkOf(address, shown.prefix);
  return ofNode.find(({ primary }) => inNetwork(primary, subnet));
}

function hasAddress({ primary, secondaries, prefixes }: NodeInterface, address: string): boolean {
  return (
    primary === address ||
    secondaries.includes(address) ||
    prefixes.some((prefix) => inNetwork(address, prefix))
  );
}

/** `eni-1 (eth1 of node-a)`. */
export function describeInterface({ id, deviceIndex, node }: NodeInterface): string {
  return `${id} (eth${deviceIndex} of ${node ?? 'another machine'})`;
}
