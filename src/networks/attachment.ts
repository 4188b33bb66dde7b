import type { KubernetesObject } from '@kubernetes/client-node';
import type { AddressRange } from '../core/ip.ts';
import { OUR_LABELS } from '../kubernetes/objects.ts';
import type { ResolvedSpec } from './resolve-spec.ts';

/** A network that pods can attach to: its Kubernetes object, and what that says. */
export interface Attachment {
  readonly name: string;
  readonly namespace: string;
  /** 1, 2, …, when it is one of the environment's networks. */
  readonly network: number | undefined;
  /** The CNI plugin that makes the interface; undefined when each node has a configuration of its own. */
  readonly type: string | undefined;
  readonly mode: string | undefined;
  /** The interface of the nodes that it uses. */
  readonly master: string | undefined;
  /** A bridge on each node, or a resource of a device plugin, in place of an interface. */
  readonly bridge: string | undefined;
  readonly resourceName: string | undefined;
  /** `none` when pods get no address. */
  readonly ipam: string;
  /** What its IPAM counts through, by itself. */
  readonly pools: readonly Pool[];
  readonly exclude: readonly string[];
  readonly routes: readonly Route[];
  readonly otherZones: boolean;
  readonly chained: readonly string[];
  readonly podsPerNode: number | undefined;
  readonly definition: NetworkAttachmentDefinition;
}

/** Addresses in dotted form, as they were written. */
export interface Pool {
  readonly subnet: string;
  /** Undefined is all of the subnet. */
  readonly range: AddressRange | undefined;
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

/** Tells which of the environment's networks a definition belongs to. */
export const NETWORK_LABEL = 'eks-multus-actions/network';
/** Multus gives the pod a device of this resource: https://github.com/k8snetworkplumbingwg/multus-cni */
export const RESOURCE_ANNOTATION = 'k8s.v1.cni.cncf.io/resourceName';

/** The Kubernetes object of a network in short form. Pure. */
export function toDefinition(spec: ResolvedSpec): NetworkAttachmentDefinition {
  const { name, namespace, network } = spec;
  const resource = spec['resource-name'];
  const labels = {
    ...OUR_LABELS,
    ...(network === undefined ? {} : { [NETWORK_LABEL]: String(network) }),
  };
  const annotations = resource === undefined ? {} : { [RESOURCE_ANNOTATION]: resource };
  return {
    apiVersion: 'k8s.cni.cncf.io/v1',
    kind: 'NetworkAttachmentDefinition',
    metadata: { name, namespace, labels, ...(resource === undefined ? {} : { annotations }) },
    spec: { config: JSON.stringify(cniConfig(spec)) },
  };
}

/** The CNI version is the lab's; every plugin of the last years knows it. */
const CNI_VERSION = '0.3.0';

type Json = Readonly<Record<string, unknown>>;

/** The CNI configuration of a network: of its plugin, or of that and `tuning` in a chain. Pure. */
export function cniConfig(spec: ResolvedSpec): Json {
  const plugin = pluginConfig(spec);
  if (spec.tuning === undefined) return { cniVersion: CNI_VERSION, ...plugin };
  return { cniVersion: CNI_VERSION, plugins: [plugin, { type: 'tuning', ...spec.tuning }] };
}

function pluginConfig(spec: ResolvedSpec): Json {
  return {
    type: spec.type,
    ...deviceConfig(spec),
    ...defined({ mtu: spec.mtu }),
    // The address of each pod comes from its annotation: {"name": …, "ips": ["10.0.4.70/24"]}.
    ...(spec.ipam === 'static' ? { capabilities: { ips: true } } : {}),
    ...(spec.ipam === 'none' ? {} : { ipam: ipamConfig(spec) }),
  };
}

function deviceConfig({ type, master, mode, bridge, ...spec }: ResolvedSpec): Json {
  switch (type) {
    case 'ipvlan':
    case 'macvlan':
      return { master, mode };
    case 'bridge':
      return { bridge };
    case 'host-device':
      // With a resource, Multus puts in the device that the device plugin has given to the pod.
      return spec['resource-name'] === undefined ? { device: master } : {};
    case 'sriov':
      return {};
  }
}

function ipamConfig(spec: ResolvedSpec): Json {
  const { ipam, subnet, range, gateway } = spec;
  const routes = spec.routes?.length ? spec.routes : undefined;
  switch (ipam) {
    case 'eni-prefix':
      return { type: ipam, ...eniPrefix(spec), ...defined({ routes }) };
    case 'host-local': {
      const ends = defined({ rangeStart: range?.first, rangeEnd: range?.last });
      return { type: ipam, ...defined({ subnet }), ...ends, ...defined({ gateway, routes }) };
    }
    case 'whereabouts': {
      const ends = defined({ range_start: range?.first, range_end: range?.last });
      const { exclude } = spec;
      return { type: ipam, range: subnet, ...ends, ...defined({ exclude, gateway, routes }) };
    }
    default:
      return { type: ipam, ...defined({ routes }) };
  }
}

/** The node's plugin looks at `master` for the interface; some types have none, or another word for it. */
function eniPrefix({ type, master, ...spec }: ResolvedSpec): Json {
  const named = type === 'ipvlan' || type === 'macvlan';
  const otherZones = spec['other-zones'] || undefined;
  return defined({ interface: named ? undefined : master, otherZones });
}

function defined(fields: Json): Json {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

/** A network in a few words: `ipvlan l3 on eth1, host-local 10.0.4.70-10.0.4.80`. Pure. */
export function described(attachment: Attachment): string {
  const { type, mode, ipam, pools, chained } = attachment;
  if (type === undefined) return 'configured on each node';
  const device = attachment.bridge ?? attachment.master ?? attachment.resourceName;
  const words = [type, mode, device === undefined ? undefined : `on ${device}`];
  const plugin = words.filter((word) => word !== undefined).join(' ');
  const ranges = pools.map(({ subnet, range }) =>
    range ? `${range.first}-${range.last}` : subnet,
  );
  const addresses = [ipam === 'none' ? 'no addresses' : ipam, ...ranges].join(' ');
  return `${[plugin, ...chained].join(' + ')}, ${addresses}`;
}
