import { addressesOf, linkLocal, nthAddress } from './addresses.ts';
import { type Ec2State, exists, type NetworkInterface, subnetOf } from './ec2-state.ts';

/** The contents of the namespace that make it deliver as the VPC does. Each entry changes as one unit. */
export interface VpcPlan {
  /** Tap devices, one per attached interface. */
  readonly taps: readonly string[];
  /** Router addresses of subnets in use, on the loopback device. */
  readonly routers: readonly string[];
  readonly routes: readonly {
    readonly destination: string;
    readonly device: string;
    /** The neighbour that has all of an IPv6 prefix: the kernel would have to know 2^48 addresses otherwise. */
    readonly via?: string;
    /** What the control plane in this VPC sends from. The kernel would take the address of any VPC's. */
    readonly source?: string;
  }[];
  /** ipvlan in mode l3 answers no ARP, so the VPC side gets the MAC of every address beforehand. */
  readonly neighbours: readonly {
    readonly address: string;
    readonly mac: string;
    readonly device: string;
  }[];
}

export const EMPTY_PLAN: VpcPlan = { taps: [], routers: [], routes: [], neighbours: [] };

/** The frame size that EC2 allows between instances in a VPC. */
export const VPC_MTU = 9001;

/** A device name of at most 15 characters, the kernel's limit, that is unique per interface. */
export function tapOf(networkInterfaceId: string): string {
  return `t${networkInterfaceId.replace(/^eni-/, '').slice(-14)}`;
}

/**
 * Derives the plan from EC2's state: only interfaces attached to existing instances are reachable.
 *
 * @param local the addresses of this machine, where control planes are
 */
export function planVpc(state: Ec2State, local: readonly string[] = []): VpcPlan {
  const alive = new Set(state.instances.filter(exists).map(({ id }) => id));
  const attached = state.networkInterfaces.filter(
    ({ attachment }) => attachment !== undefined && alive.has(attachment.instanceId),
  );
  return {
    taps: attached.map(({ id }) => tapOf(id)),
    routers: [...new Set(attached.map((eni) => nthAddress(subnetOf(state, eni).cidr, 1)))],
    routes: attached.flatMap((eni) => routesOf(eni, controlPlane(state, eni, local))),
    neighbours: attached.flatMap(neighboursOf),
  };
}

/** The address of a control plane in the VPC of an interface, when this machine has it. */
function controlPlane(state: Ec2State, to: NetworkInterface, local: readonly string[]) {
  const { vpcId } = subnetOf(state, to);
  const [source] = state.networkInterfaces
    .filter((eni) => eni.attachment === undefined && subnetOf(state, eni).vpcId === vpcId)
    .flatMap(({ addresses }) => addresses)
    .filter((address) => local.includes(address));
  return source === undefined ? {} : { source };
}

function routesOf(
  { id, addresses, prefixes, mac, ...ipv6 }: NetworkInterface,
  from: { readonly source?: string },
): VpcPlan['routes'] {
  const { ipv6Addresses = [], ipv6Prefixes = [] } = ipv6;
  const device = tapOf(id);
  const destinations = [...addresses.map((address) => `${address}/32`), ...prefixes];
  const ipv6Destinations = [...ipv6Addresses.map((address) => `${address}/128`), ...ipv6Prefixes];
  return [
    ...destinations.map((destination) => ({ destination, device, ...from })),
    ...ipv6Destinations.map((destination) => ({ destination, device, via: linkLocal(mac) })),
  ];
}

function neighboursOf({ id, mac, addresses, prefixes, ...ipv6 }: NetworkInterface) {
  const { ipv6Addresses = [], ipv6Prefixes = [] } = ipv6;
  const all = new Set([...addresses, ...prefixes.flatMap(addressesOf)]);
  if (ipv6Addresses.length + ipv6Prefixes.length > 0) all.add(linkLocal(mac));
  return [...all].map((address) => ({ address, mac, device: tapOf(id) }));
}

/**
 * The lines for `ip -batch` that turn one plan into another: removals first, so that an address can
 * move from one device to another. Deleting a tap takes its routes and neighbours with it.
 */
export function changes(from: VpcPlan, to: VpcPlan): string[] {
  const taps = compare(from.taps, to.taps, (tap) => tap);
  const routers = compare(from.routers, to.routers, (router) => router);
  const routes = compare(from.routes, to.routes, ({ destination, device, via, source }) =>
    [destination, device, via, source].join(' '),
  );
  const neighbours = compare(from.neighbours, to.neighbours, ({ address, mac, device }) =>
    [address, mac, device].join(' '),
  );
  const goneWithTap = ({ device }: { readonly device: string }) => taps.removed.includes(device);
  return [
    ...neighbours.removed
      .filter((neighbour) => !goneWithTap(neighbour))
      .map(({ address, device }) => `neighbour delete ${address} dev ${device}`),
    ...routes.removed
      .filter((route) => !goneWithTap(route))
      .map(({ destination, device, source }) => {
        // The kernel deletes a route whose source is gone, and flushing nothing is no error.
        const verb = source === undefined ? 'delete' : 'flush';
        return `route ${verb} ${destination} dev ${device}`;
      }),
    ...taps.removed.map((tap) => `link delete ${tap}`),
    ...routers.removed.map((router) => `address delete ${router}/32 dev lo`),
    ...routers.added.map((router) => `address replace ${router}/32 dev lo`),
    ...taps.added.flatMap((tap) => [
      `tuntap add dev ${tap} mode tap`,
      // Without an IPv6 address of its own, the kernel says nothing about neighbours: neighbours.py does.
      `link set dev ${tap} addrgenmode none mtu ${VPC_MTU} up`,
      // Otherwise the router delays its answer to an ARP request by up to 0.8 s.
      `ntable change name arp_cache dev ${tap} proxy_delay 0`,
    ]),
    ...routes.added.map(({ destination, device, via, source }) =>
      [
        'route replace',
        destination,
        ...(via === undefined ? [] : ['via', via]),
        'dev',
        device,
        ...(source === undefined ? [] : ['src', source]),
      ].join(' '),
    ),
    ...neighbours.added.map(
      ({ address, mac, device }) =>
        `neighbour replace ${address} lladdr ${mac} dev ${device} nud permanent`,
    ),
  ];
}

function compare<T>(from: readonly T[], to: readonly T[], key: (item: T) => string) {
  const before = new Set(from.map(key));
  const after = new Set(to.map(key));
  return {
    removed: from.filter((item) => !after.has(key(item))),
    added: to.filter((item) => !before.has(key(item))),
  };
}
