import type { KubernetesObject } from '@kubernetes/client-node';
import {
  type AddressRange,
  formatRange,
  hostsOf,
  overlaps,
  parseCidr,
  parseRange,
  type Range,
  size,
} from '../core/ip.ts';

/** A network that pods can attach to: its Kubernetes object, and what the object says. */
export interface Attachment {
  readonly name: string;
  readonly namespace: string;
  /** 1, 2, …, when it is one of the environment's networks. */
  readonly network: number | undefined;
  /** The CNI plugin that makes the interface; undefined when each node has its own configuration file. */
  readonly type: string | undefined;
  readonly mode: string | undefined;
  /** The node's interface that the network uses. */
  readonly master: string | undefined;
  /** A bridge on each node, which takes the place of an interface. */
  readonly bridge: string | undefined;
  /** The resource of a device plugin, which takes the place of an interface. */
  readonly resourceName: string | undefined;
  /** `none` when pods get no address. */
  readonly ipam: string;
  /** What the IPAM allocates from; empty unless it is host-local or whereabouts. */
  readonly pools: readonly Pool[];
  readonly routes: readonly Route[];
  readonly otherZones: boolean;
  readonly chained: readonly string[];
  readonly podsPerNode: number | undefined;
  /** True for a complete definition of a user, false for a network in short form. */
  readonly written: boolean;
  readonly definition: NetworkAttachmentDefinition;
}

/** Addresses that an IPAM allocates. Texts are as the configuration has them. */
export interface Pool {
  readonly subnet: string;
  /** Undefined means the whole subnet. */
  readonly range: AddressRange | undefined;
  /** Networks that whereabouts leaves out. */
  readonly exclude: readonly string[];
  readonly gateway: string | undefined;
}

export interface Route {
  readonly dst: string;
  readonly gw?: string | undefined;
}

export interface NetworkAttachmentDefinition extends KubernetesObject {
  readonly apiVersion: 'k8s.cni.cncf.io/v1';
  readonly kind: 'NetworkAttachmentDefinition';
  readonly spec?: { readonly config?: string };
}

/** Label with the number of the environment's network that a definition belongs to. */
export const NETWORK_LABEL = 'eks-multus-actions/network';
/** Annotation by which Multus gives the pod a device of this resource: https://github.com/k8snetworkplumbingwg/multus-cni */
export const RESOURCE_ANNOTATION = 'k8s.v1.cni.cncf.io/resourceName';

/** A network in a few words: `ipvlan l3 on eth1, host-local 10.0.4.70-10.0.4.80`. Pure. */
export function describeAttachment(attachment: Attachment): string {
  const { type, mode, ipam, pools, chained } = attachment;
  if (type === undefined) return 'configured on each node';
  const device = attachment.bridge ?? attachment.master ?? attachment.resourceName;
  const plugin = describePlugin(type, mode, device);
  const ranges = pools.map(({ subnet, range }) => (range ? formatRange(range) : subnet));
  const addresses = [ipam === 'none' ? 'no addresses' : ipam, ...ranges].join(' ');
  return `${[plugin, ...chained].join(' + ')}, ${addresses}`;
}

/** The plugin of a network for people: `ipvlan l3 on eth1`. */
export function describePlugin(type: string, mode?: string, device?: string): string {
  const words = [type, mode, device === undefined ? undefined : `on ${device}`];
  return words.filter((word) => word !== undefined).join(' ');
}

/** The addresses that the IPAM of a network allocates, as far as they are IPv4 and can be read. Pure. */
export function allocatedRanges({ pools }: Attachment): readonly Range[] {
  return pools.flatMap(poolRanges);
}

/** How many addresses that is. */
export function addressCount(attachment: Attachment): number {
  return allocatedRanges(attachment).reduce((sum, range) => sum + size(range), 0);
}

/** The addresses of a pool without the excluded ones; none when the pool is not IPv4. */
export function poolRanges(pool: Pool): readonly Range[] {
  const whole = wholeRange(pool);
  if (whole === undefined) return [];
  const excluded = pool.exclude.flatMap((text) => parseCidr(text) ?? []);
  return excluded.reduce<readonly Range[]>(
    (left, cut) => left.flatMap((range) => without(range, cut)),
    [whole],
  );
}

function wholeRange({ subnet, range }: Pool): Range | undefined {
  if (range !== undefined) return parseRange(range);
  const cidr = parseCidr(subnet);
  return cidr && hostsOf(cidr);
}

function without(range: Range, cut: Range): readonly Range[] {
  if (!overlaps(range, cut)) return [range];
  return [
    { ...range, last: cut.first - 1n },
    { ...range, first: cut.last + 1n },
  ].filter(({ first, last }) => first <= last);
}
