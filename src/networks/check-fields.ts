import type { Environment } from '../environment/environment.ts';
import {
  type Ipam,
  MODES,
  type NetworkProblem,
  type NetworkSpec,
  type NetworkType,
} from './network-spec.ts';

type Field = keyof NetworkSpec;

const FIELDS_OF_TYPE: Readonly<Record<NetworkType, readonly Field[]>> = {
  ipvlan: ['network', 'master', 'mode', 'mtu'],
  macvlan: ['network', 'master', 'mode', 'mtu'],
  'host-device': ['network', 'master', 'resource-name'],
  bridge: ['bridge', 'mtu'],
  sriov: ['network', 'master', 'resource-name'],
};
const OF_SOME_TYPE = [...new Set(Object.values(FIELDS_OF_TYPE).flat())];

const FIELDS_OF_IPAM: Readonly<Record<Ipam, readonly Field[]>> = {
  'eni-prefix': [
    'routes',
    'other-zones',
    'default-route',
    'source-routing',
    'pods-per-node',
    'pod-addresses',
  ],
  'host-local': ['subnet', 'range', 'gateway', 'routes', 'source-routing', 'pods-per-node'],
  whereabouts: [
    'subnet',
    'range',
    'exclude',
    'gateway',
    'routes',
    'source-routing',
    'pods-per-node',
  ],
  static: ['routes'],
  none: [],
};
const OF_SOME_IPAM = [...new Set(Object.values(FIELDS_OF_IPAM).flat())];

const WHY: Readonly<Record<Ipam, string>> = {
  'eni-prefix': "which takes addresses from the prefixes of the node's own interface",
  'host-local': 'which allocates from the range',
  whereabouts: 'which allocates from the range',
  static: 'where each pod names its own address',
  none: 'where pods get no address',
};

/** Finds fields that the type or the IPAM of a network does not use, and fields that they lack. Pure. */
export function checkFields(spec: NetworkSpec): readonly NetworkProblem[] {
  const { type, ipam } = spec;
  return [
    ...unused(spec, OF_SOME_TYPE, FIELDS_OF_TYPE[type], `nothing with type ${type}`),
    ...unused(spec, OF_SOME_IPAM, FIELDS_OF_IPAM[ipam], `nothing with ipam ${ipam}, ${WHY[ipam]}`),
    ...checkMode(spec),
    ...checkIpam(spec),
    ...checkDevice(spec),
    ...checkRouting(spec),
  ];
}

/** True when the network uses an interface of the nodes. */
function needsInterface(spec: NetworkSpec): boolean {
  if (spec.type === 'bridge') return false;
  if (spec.ipam === 'eni-prefix' || spec.type === 'ipvlan' || spec.type === 'macvlan') return true;
  return spec['resource-name'] === undefined && spec.type === 'host-device';
}

function unused(
  spec: NetworkSpec,
  known: readonly Field[],
  used: readonly Field[],
  allowed: string,
): readonly NetworkProblem[] {
  return known
    .filter((field) => spec[field] !== undefined && !used.includes(field))
    .map((place) => ({ place, value: JSON.stringify(spec[place]), allowed }));
}

function checkMode({ type, mode }: NetworkSpec): readonly NetworkProblem[] {
  if (mode === undefined || (type !== 'ipvlan' && type !== 'macvlan')) return [];
  const modes: readonly string[] = MODES[type];
  if (modes.includes(mode)) return [];
  const allowed = `one of ${modes.join(', ')} with type ${type}`;
  return [{ place: 'mode', value: mode, allowed }];
}

function checkIpam({ type, ipam }: NetworkSpec): readonly NetworkProblem[] {
  if (type === 'ipvlan' && ipam === 'none') {
    const allowed =
      'another one with type ipvlan, whose pods share the MAC address of the interface';
    return [{ place: 'ipam', value: ipam, allowed }];
  }
  if (type === 'bridge' && ipam === 'eni-prefix') {
    const allowed =
      'host-local, static, whereabouts or none with type bridge, which reaches no interface';
    return [{ place: 'ipam', value: ipam, allowed }];
  }
  return [];
}

/** Both say where packets go, and the second one moves the routes of the first out of the pod's main table. */
function checkRouting(spec: NetworkSpec): readonly NetworkProblem[] {
  if (spec['default-route'] !== true || spec['source-routing'] !== true) return [];
  const allowed =
    'not with default-route: with source-routing only packets from the network leave through it';
  return [{ place: 'source-routing', value: 'true', allowed }];
}

function checkDevice(spec: NetworkSpec): readonly NetworkProblem[] {
  if (spec.type === 'bridge' && spec.bridge === undefined && spec.name.length > 12) {
    const allowed = `a name for the bridge, because br-${spec.name} has more than the 15 characters that Linux allows`;
    return [{ place: 'bridge', value: '', allowed }];
  }
  if (spec.type === 'sriov' && spec['resource-name'] === undefined) {
    const allowed = 'the resource whose virtual functions pods get (needed with type sriov)';
    return [{ place: 'resource-name', value: '', allowed }];
  }
  const found = spec.network ?? spec.master;
  if (found !== undefined || !needsInterface(spec)) return [];
  return [{ place: 'network', value: '', allowed: 'network (1 for eth1, …) or master' }];
}

interface InterfaceChoice {
  readonly network?: number | undefined;
  readonly master?: string | undefined;
}

/**
 * Checks that the nodes have the interface. The nodes of an environment have one for each of its networks. Without an
 * environment only a contradiction between `network` and `master` can be found. Pure.
 */
export function checkMaster(
  { network, master }: InterfaceChoice,
  environment: Environment | undefined,
): readonly NetworkProblem[] {
  if (network === undefined && master === undefined) return [];
  if (environment === undefined) {
    const contradict = network !== undefined && master !== undefined && master !== `eth${network}`;
    const allowed = `eth${network}, the interface of network ${network} (or leave one of them out)`;
    return contradict ? [{ place: 'master', value: master, allowed }] : [];
  }
  const { networks } = environment;
  const fits = networks.some(
    (one) =>
      (network === undefined || one.network === network) &&
      (master === undefined || one.interface === master),
  );
  if (fits) return [];
  const allowed = `one of the environment's networks: ${networks.map((one) => `${one.network} (${one.interface})`).join(', ')}`;
  return network === undefined
    ? [{ place: 'master', value: master ?? '', allowed }]
    : [{ place: 'network', value: [network, master].filter(Boolean).join(' with '), allowed }];
}
