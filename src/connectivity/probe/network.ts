import {
  type AddressRange,
  canonicalNetwork,
  endsOf,
  hostRange,
  isAddress,
  isIpv6,
  isNetwork,
} from '../../core/ip.ts';
import { describePlugin, type Pool, poolRanges } from '../../networks/attachment.ts';
import { type CniNetwork, ON_NODES, readCniConfig } from '../../networks/read-attachment.ts';

/** A network to probe: what its NetworkAttachmentDefinition says about the interfaces of the pods on it. */
export interface ProbeNetwork {
  readonly namespace: string;
  readonly name: string;
  /** `namespace/name`, as network-status has it. */
  readonly id: string;
  /** CNI type, mode and device for people: `ipvlan l3 on eth1`. */
  readonly kind: string;
  /** The node's interface below the network, such as `eth1`; absent when the configuration does not name it. */
  readonly master?: string;
  /** The CNI plugin that makes the interface; absent when the configuration cannot be read. */
  readonly type?: string;
  /** Whether pods on it find each other's MAC addresses by ARP and ND. An ipvlan interface of mode l3 sends neither. */
  readonly resolves?: boolean;
  /** The gateways that the configuration names. */
  readonly gateways?: readonly string[];
  /** The destinations of the routes that the configuration names; the default route is `default`. */
  readonly routes?: readonly string[];
  /** Whether packets from its addresses have a routing table of their own (plugin sbr). */
  readonly sourceRouting?: boolean;
  /** The MTU that the configuration gives pods; absent for that of the node's interface. */
  readonly mtu?: number;
  readonly expected: ExpectedAddresses;
}

/** The addresses that pods may have by the network's configuration, or why the configuration does not say. */
export type ExpectedAddresses =
  | {
      readonly known: true;
      readonly subnets: readonly string[];
      readonly ranges: readonly AddressRange[];
    }
  | {
      readonly known: false;
      readonly reason: string;
      /** True when each node allocates addresses of its own interface. */
      readonly byNode?: boolean;
    };

/** The fields of a NetworkAttachmentDefinition that matter here. */
export interface AttachmentDefinition {
  readonly metadata: { readonly name: string; readonly namespace: string };
  readonly spec?: { readonly config?: string };
}

/** What a definition says about the pods on its network. An unreadable configuration gives "not known" and the reason. */
export function probeNetwork(definition: AttachmentDefinition): ProbeNetwork {
  const { name, namespace } = definition.metadata;
  const identity = { name, namespace, id: `${namespace}/${name}` };
  const read = readCniConfig(definition.spec?.config);
  if (read === ON_NODES) {
    const reason =
      "each node's own CNI file gives the addresses (the network has no configuration)";
    return { ...identity, kind: 'configured on each node', expected: { known: false, reason } };
  }
  if ('unreadable' in read) {
    const reason = 'its configuration is not a CNI configuration';
    return { ...identity, kind: 'not readable', expected: { known: false, reason } };
  }
  const { type, mode, master } = read;
  return {
    ...identity,
    kind: describePlugin(type, mode, master ?? read.bridge),
    ...(master === undefined ? {} : { master }),
    type,
    resolves: !(type === 'ipvlan' && (mode === 'l3' || mode === 'l3s')),
    gateways: gatewaysOf(read),
    routes: read.routes.map(({ dst }) => destinationOf(dst)),
    sourceRouting: read.chained.includes('sbr'),
    ...(read.mtu === undefined ? {} : { mtu: read.mtu }),
    expected: expectedAddresses(read),
  };
}

function gatewaysOf({ pools, routes }: CniNetwork): readonly string[] {
  const ofPools = 'unreadable' in pools ? [] : pools.map(({ gateway }) => gateway);
  const all = [...ofPools, ...routes.map(({ gw }) => gw)];
  return [...new Set(all.filter((one) => one !== undefined && isAddress(one)))] as string[];
}

function destinationOf(dst: string): string {
  if (dst === '0.0.0.0/0' || dst === '::/0') return 'default';
  return isNetwork(dst) ? canonicalNetwork(dst) : dst;
}

function expectedAddresses(network: CniNetwork): ExpectedAddresses {
  const { ipam, addresses, addressPerPod, pools } = network;
  switch (ipam) {
    case 'host-local':
    case 'whereabouts': {
      const known = 'unreadable' in pools ? undefined : expectedOfPools(pools);
      return known ?? { known: false, reason: `its ${ipam} ranges are not readable` };
    }
    case 'static':
      return addressPerPod || addresses.length === 0
        ? { known: false, reason: 'each pod names its own address (IPAM static)' }
        : expectedOfStatic(addresses);
    case 'eni-prefix': {
      const reason =
        'each node allocates from the prefixes of its own interface, and AWS was not asked for them';
      return { known: false, reason, byNode: true };
    }
    case 'dhcp':
      return { known: false, reason: 'a DHCP server gives the addresses (IPAM dhcp)' };
    case 'none':
      return { known: false, reason: 'it has no IPAM' };
    default:
      return { known: false, reason: `its ranges cannot be read from IPAM ${ipam}` };
  }
}

/** Undefined when any pool cannot be read. */
function expectedOfPools(pools: readonly Pool[]): ExpectedAddresses | undefined {
  const readable = pools.every(
    ({ subnet, range, exclude }) =>
      isNetwork(subnet) &&
      (range === undefined || (isAddress(range.first) && isAddress(range.last))) &&
      exclude.every(isNetwork),
  );
  if (!readable) return undefined;
  return {
    known: true,
    subnets: pools.map(({ subnet }) => canonicalNetwork(subnet)),
    ranges: pools.flatMap(allocatedRanges),
  };
}

/** What a pool allocates, without the excluded networks where it is IPv4. */
function allocatedRanges(pool: Pool): readonly AddressRange[] {
  const subnet = canonicalNetwork(pool.subnet);
  if (isIpv6(subnet)) return [pool.range ?? hostRange(subnet)];
  const exclude = pool.exclude.map(canonicalNetwork);
  return poolRanges({ ...pool, subnet, exclude }).map(endsOf);
}

/** An address of IPAM static has the prefix length of its network: `10.0.4.70/24`. */
function expectedOfStatic(addresses: readonly string[]): ExpectedAddresses {
  if (!addresses.every(isNetwork)) {
    return { known: false, reason: 'its static addresses are not readable' };
  }
  const own = addresses.map((address) => address.split('/', 1)[0] ?? '');
  return {
    known: true,
    subnets: addresses.map(canonicalNetwork),
    ranges: own.map((address) => ({ first: address, last: address })),
  };
}
