import { type AddressRange, formatAddress, parseCidr, parseRange } from '../core/ip.ts';
import { type Environment, type EnvironmentNetwork, hasIpv6 } from '../environment/environment.ts';
import { MODES, type NetworkSpec } from './network-spec.ts';

/** A network in short form with all defaults filled in. */
export type ResolvedSpec = Omit<NetworkSpec, 'namespace' | 'range'> & {
  readonly namespace: string;
  readonly range: AddressRange | undefined;
};

/** Fills in the fields that a spec leaves out: namespace, interface, mode, subnet and gateway. Pure. */
export function resolveSpec(
  spec: NetworkSpec,
  environment: Environment | undefined,
  defaultNamespace: string,
): ResolvedSpec {
  const known = environment?.networks.find(
    (one) => one.network === spec.network || one.interface === spec.master,
  );
  const number = spec.network ?? known?.network;
  const hasRange = spec.ipam === 'host-local' || spec.ipam === 'whereabouts';
  const routed = spec.type !== 'bridge';
  const subnet = spec.subnet ?? (hasRange ? subnetOf(known, environment) : undefined);
  const range = spec.range === undefined ? undefined : rangeOf(spec.range);
  return {
    ...spec,
    namespace: spec.namespace ?? defaultNamespace,
    network: number,
    master: spec.master ?? known?.interface ?? (number === undefined ? undefined : `eth${number}`),
    mode: spec.mode ?? defaultMode(spec, known),
    subnet,
    range,
    gateway: spec.gateway ?? (routed && hasRange ? routerOf(subnet, range) : undefined),
    bridge: spec.bridge ?? (routed ? undefined : `br-${spec.name}`),
  };
}

/** In the modes of ipvlan in which the node routes, pods have no IPv6 address. */
function defaultMode(
  { type, ipam }: NetworkSpec,
  known: EnvironmentNetwork | undefined,
): string | undefined {
  if (type === 'ipvlan' && ipam === 'eni-prefix' && hasIpv6(known)) return 'l2';
  return type === 'ipvlan' || type === 'macvlan' ? MODES[type][0] : undefined;
}

/** The network's subnet in the zone of the (first) node group. */
function subnetOf(
  network: EnvironmentNetwork | undefined,
  environment: Environment | undefined,
): string | undefined {
  const zone = environment?.nodeGroups[0]?.zone;
  const subnets = network?.subnets ?? [];
  return (subnets.find((subnet) => subnet.zone === zone) ?? subnets[0])?.cidr;
}

/** The VPC's router, which has the second address of a subnet; undefined when pods may get that address. */
function routerOf(subnet: string | undefined, range: AddressRange | undefined): string | undefined {
  const cidr = parseCidr(subnet ?? '');
  if (cidr === undefined) return undefined;
  const router = cidr.first + 1n;
  const allocated = range && parseRange(range);
  const isAllocated = allocated && allocated.first <= router && router <= allocated.last;
  return isAllocated ? undefined : formatAddress(router);
}

function rangeOf(text: string): AddressRange {
  const [first = '', last = ''] = text.split('-').map((part) => part.trim());
  return { first, last };
}
