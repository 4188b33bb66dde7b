import type { ResolvedSpec } from './resolve-spec.ts';

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
