import { OUR_LABELS } from '../kubernetes/api.ts';
import {
  NETWORK_LABEL,
  type NetworkAttachmentDefinition,
  RESOURCE_ANNOTATION,
} from './attachment.ts';
import type { ResolvedSpec } from './resolve-spec.ts';

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

/** The version that the lab's networks use; every current plugin supports it. */
const CNI_VERSION = '0.3.0';

type Json = Readonly<Record<string, unknown>>;

/** The CNI configuration of a network: its plugin, or a chain of the plugin, `sbr` and `tuning`. Pure. */
export function cniConfig(spec: ResolvedSpec): Json {
  const plugin = pluginConfig(spec);
  const chained = [
    ...(spec['source-routing'] === true ? [{ type: 'sbr' }] : []),
    ...(spec.tuning === undefined ? [] : [{ type: 'tuning', ...spec.tuning }]),
  ];
  if (chained.length === 0) return { cniVersion: CNI_VERSION, ...plugin };
  return { cniVersion: CNI_VERSION, plugins: [plugin, ...chained] };
}

function pluginConfig(spec: ResolvedSpec): Json {
  return {
    type: spec.type,
    ...deviceConfig(spec),
    ...defined({ mtu: spec.mtu }),
    // Each pod names its address in its annotation: {"name": …, "ips": ["10.0.4.70/24"]}.
    ...(spec.ipam === 'static' || spec['pod-addresses'] === true
      ? { capabilities: { ips: true } }
      : {}),
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
      // With a resource, Multus fills in the device that the device plugin gave to the pod.
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

/** The eni-prefix plugin takes the interface from `master`, or from `interface` for types without `master`. */
function eniPrefix({ type, master, ...spec }: ResolvedSpec): Json {
  const hasMaster = type === 'ipvlan' || type === 'macvlan';
  // The VPC's ranges keep to the cluster's interface, and the network's subnets in other zones are in one of them.
  const otherZones = (spec['other-zones'] ?? spec['default-route']) || undefined;
  const defaultRoute = spec['default-route'] || undefined;
  const sourceRouting = spec['source-routing'] || undefined;
  const own = { interface: hasMaster ? undefined : master };
  return defined({ ...own, otherZones, defaultRoute, sourceRouting });
}

function defined(fields: Json): Json {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}
