import { inNetwork, networkOf } from './address.ts';
import type { NodeInterface } from './evidence.ts';
import type { Endpoint } from './pairs.ts';
import type { Surroundings } from './surroundings.ts';

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
