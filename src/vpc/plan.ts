import type { InputProblem } from '../core/errors.ts';
import {
  type Cidr,
  formatCidr,
  lowestFree,
  overlaps,
  parseCidr,
  size,
  upperHalf,
} from '../core/ip.ts';
import { type GivenSubnets, placeGiven, type Ranges, type Slot } from './given-subnets.ts';
import { type MultusRoute, routeProblems } from './multus-routes.ts';
import { secondRangeProblems } from './second-range.ts';

export interface NetworkRequest {
  readonly vpcCidr: string;
  /** In the order in which subnets are numbered. */
  readonly zones: readonly string[];
  readonly multusNetworks: number;
  readonly subnetCidrs?: GivenSubnets | undefined;
  /** Whether the VPC has no way to the internet, and so no public subnets. Their ranges stay free. */
  readonly withoutInternet?: boolean;
  /** A second range of the VPC for the Multus subnets; undefined when they are in `vpcCidr`. */
  readonly multusCidr?: string | undefined;
  /** What the Multus subnets reach beyond the VPC. */
  readonly routes?: readonly MultusRoute[] | undefined;
  /** Whether the Multus subnets have IPv6 ranges, too. */
  readonly dualStack?: boolean | undefined;
}

export interface MultusSubnet {
  /** 1, 2, …: the device index of the ENIs in it. */
  readonly network: number;
  readonly zone: string;
  readonly cidr: string;
  /** The part that is reserved for ENI prefixes, so that primary addresses are never in it. */
  readonly prefixCidr: string;
  /** How many /28 prefixes that part holds. */
  readonly prefixes: number;
  /** The id of a subnet that others made; undefined for one that the environment makes. */
  readonly givenId?: string | undefined;
  /** The IPv6 range of a given subnet, with `dualStack`. That of a subnet that is made, AWS says later. */
  readonly ipv6Cidr?: string | undefined;
}

/** A VPC that others made, of which the environment changes nothing. */
export interface GivenVpc {
  readonly id: string;
  /** In zone order. */
  readonly privateSubnetIds: readonly string[];
  /** The cluster in it that others made, too. */
  readonly cluster?: string;
  /** Its IPv6 range that has those of the Multus subnets, with `dualStack`. */
  readonly ipv6Cidr?: string;
}

/** The subnets of one environment; each list is in zone order, Multus subnets by network first. */
export interface NetworkPlan {
  /** The range of the VPC that has the Multus subnets, unless `multusCidr` has them. */
  readonly vpcCidr: string;
  readonly zones: readonly string[];
  readonly publicSubnets: readonly string[];
  readonly privateSubnets: readonly string[];
  readonly multusSubnets: readonly MultusSubnet[];
  /** Undefined for a VPC that the environment makes. In a given one, it makes no public and no private subnets. */
  readonly givenVpc?: GivenVpc | undefined;
  /** The second range of a VPC that the environment makes, which then has the Multus subnets. */
  readonly multusCidr?: string | undefined;
  /** What the Multus subnets that the environment makes reach beyond the VPC. */
  readonly routes?: readonly MultusRoute[] | undefined;
  /** Whether the Multus subnets have IPv6 ranges, and each Multus interface a prefix of its subnet's. */
  readonly dualStack?: boolean | undefined;
}

export type NetworkResult =
  | { readonly plan: NetworkPlan }
  | { readonly problems: readonly InputProblem[] };

/** A VPC may be /16 to /28: https://docs.aws.amazon.com/vpc/latest/userguide/vpc-cidr-blocks.html */
const VPC_ALLOWED = 'an IPv4 network from /16 to /28 with no host bits set, such as 10.0.0.0/16';
/**
 * What EC2 takes for no VPC: this network, loopback, link-local addresses (with the metadata service), multicast, and the
 * broadcast address.
 */
const NO_VPC = ['0.0.0.0/8', '127.0.0.0/8', '169.254.0.0/16', '224.0.0.0/4', '255.255.0.0/16'];
const NO_VPC_ALLOWED = `a network that overlaps none of ${NO_VPC.join(', ')}, such as 10.0.0.0/16`;
/** EKS requires so many: https://docs.aws.amazon.com/eks/latest/userguide/network-reqs.html */
export const FEWEST_ZONES = 2;
/** The template has room for so many. */
export const MOST_ZONES = 3;
/** Half of a /26 holds two /28 blocks. The last one is unusable, because AWS keeps the subnet's last address. */
export const SMALLEST_MULTUS = 26;
const ENI_PREFIX = 28;

interface Sizes {
  readonly multus: number;
  readonly others: number;
}

/**
 * Prefix lengths to try, largest subnets first. The lab's subnets are /24. In a smaller VPC all subnets are smaller, and
 * in the smallest ones public and private subnets are smaller than Multus subnets.
 */
const SIZES: readonly Sizes[] = [
  { multus: 24, others: 24 },
  { multus: 25, others: 25 },
  { multus: 26, others: 26 },
  { multus: 26, others: 27 },
  { multus: 26, others: 28 },
];

/**
 * Plans the subnets of a VPC: public subnets, private subnets, then Multus subnets network by network. Each gets the
 * lowest free block; explicit subnets stay where they are. For `10.0.0.0/16`, two zones and two networks the result is
 * the lab's own layout.
 *
 * The upper half of each Multus subnet is reserved for ENI prefixes. Problems name the input that caused them. Pure.
 */
export function planNetwork(request: NetworkRequest): NetworkResult {
  const vpc = parseCidr(request.vpcCidr);
  if (vpc === undefined || vpc.prefix < 16 || vpc.prefix > ENI_PREFIX) {
    return {
      problems: [{ input: 'vpc-cidr', value: request.vpcCidr, allowed: VPC_ALLOWED }],
    };
  }
  if (NO_VPC.some((text) => isIn(text, vpc))) {
    return { problems: [{ input: 'vpc-cidr', value: request.vpcCidr, allowed: NO_VPC_ALLOWED }] };
  }
  const beyond = beyondProblems(request);
  if (beyond.length > 0) return { problems: beyond };
  const ranges = { vpc, multus: parseCidr(request.multusCidr ?? '') ?? vpc };
  const slots = slotsOf(request);
  const given = placeGiven(ranges, slots, request.subnetCidrs ?? {}, SMALLEST_MULTUS);
  if ('problems' in given) return given;
  for (const sizes of SIZES) {
    const placed = placeAll(ranges, slots, given.placed, sizes);
    if (placed !== undefined) return { plan: toPlan(request, placed) };
  }
  return { problems: [tooSmall(request, ranges, slots, given.placed)] };
}

/** What is wrong with the second range, and with the routes to what is outside of both. */
function beyondProblems({ vpcCidr, multusCidr, routes = [] }: NetworkRequest) {
  if (multusCidr === undefined) return routeProblems(routes, [vpcCidr]);
  return [
    ...secondRangeProblems(multusCidr, vpcCidr),
    ...routeProblems(routes, [vpcCidr, multusCidr]),
  ];
}

function isIn(text: string, vpc: Cidr): boolean {
  const range = parseCidr(text);
  return range !== undefined && overlaps(range, vpc);
}

function slotsOf({ zones, multusNetworks }: NetworkRequest): readonly Slot[] {
  const networks = Array.from({ length: multusNetworks }, (_, index) => index + 1);
  return [
    ...zones.map((zone, index) => ({ kind: 'public' as const, zone, index, network: 0 })),
    ...zones.map((zone, index) => ({ kind: 'private' as const, zone, index, network: 0 })),
    ...networks.flatMap((network) =>
      zones.map((zone, index) => ({ kind: 'multus' as const, zone, index, network })),
    ),
  ];
}

/** Puts each slot without an explicit subnet into the lowest free block; undefined when they do not all fit. */
function placeAll(
  ranges: Ranges,
  slots: readonly Slot[],
  given: ReadonlyMap<Slot, Cidr>,
  sizes: Sizes,
): readonly Cidr[] | undefined {
  const taken = [...given.values()];
  const placed: Cidr[] = [];
  for (const slot of slots) {
    const prefix = slot.kind === 'multus' ? sizes.multus : sizes.others;
    const range = slot.kind === 'multus' ? ranges.multus : ranges.vpc;
    const cidr = given.get(slot) ?? lowestFree(range, prefix, taken);
    if (cidr === undefined) return undefined;
    placed.push(cidr);
    taken.push(cidr);
  }
  return placed;
}

function toPlan(request: NetworkRequest, cidrs: readonly Cidr[]): NetworkPlan {
  const count = request.zones.length;
  const [publicSubnets, privateSubnets] = [cidrs.slice(0, count), cidrs.slice(count, 2 * count)];
  return {
    vpcCidr: request.vpcCidr,
    multusCidr: request.multusCidr,
    routes: request.routes,
    dualStack: request.dualStack,
    zones: request.zones,
    publicSubnets: request.withoutInternet === true ? [] : publicSubnets.map(formatCidr),
    privateSubnets: privateSubnets.map(formatCidr),
    multusSubnets: cidrs.slice(2 * count).map((cidr, index) => {
      const place = {
        network: Math.floor(index / count) + 1,
        zone: request.zones[index % count] ?? '',
      };
      return madeMultusSubnet(place, cidr);
    }),
  };
}

/** A Multus subnet that the environment makes: its upper half is for prefixes. */
export function madeMultusSubnet(
  { network, zone }: Pick<MultusSubnet, 'network' | 'zone'>,
  cidr: Cidr,
): MultusSubnet {
  const reserved = upperHalf(cidr);
  return {
    network,
    zone,
    cidr: formatCidr(cidr),
    prefixCidr: formatCidr(reserved),
    prefixes: size(reserved) / 16 - 1,
  };
}

/** The smallest subnets do not fit: in a VPC with two ranges, either those of Multus or the others. */
function tooSmall(
  { vpcCidr, multusCidr }: NetworkRequest,
  ranges: Ranges,
  slots: readonly Slot[],
  given: ReadonlyMap<Slot, Cidr>,
): InputProblem {
  const open = slots.filter((slot) => !given.has(slot));
  const beside = 'beside those given in subnet-cidrs';
  if (multusCidr === undefined) {
    const allowed = `a network with room for ${open.length} subnets (Multus at least /${SMALLEST_MULTUS}, others /28) ${beside}`;
    return { input: 'vpc-cidr', value: vpcCidr, allowed };
  }
  const [multus, others] = [true, false].map((wanted) =>
    open.filter(({ kind }) => (kind === 'multus') === wanted),
  );
  const smallest = { multus: SMALLEST_MULTUS, others: ENI_PREFIX };
  if (placeAll(ranges, others ?? [], given, smallest) === undefined) {
    const allowed = `a network with room for ${others?.length} subnets of at least /28 ${beside}`;
    return { input: 'vpc-cidr', value: vpcCidr, allowed };
  }
  const allowed = `a network with room for ${multus?.length} subnets of at least /${SMALLEST_MULTUS} ${beside}`;
  return { input: 'multus-cidr', value: multusCidr, allowed };
}
