import { blocks, type Cidr, formatCidr, overlaps, parseCidr, size, upperHalf } from './cidr.ts';
import { type GivenSubnets, type NetworkProblem, placeGiven, type Slot } from './given-subnets.ts';

export interface NetworkRequest {
  readonly vpcCidr: string;
  /** In the order in which subnets are numbered. */
  readonly zones: readonly string[];
  readonly multusNetworks: number;
  readonly subnetCidrs?: GivenSubnets | undefined;
}

export interface MultusSubnet {
  /** 1, 2, …: the device index of the ENIs in it. */
  readonly network: number;
  readonly zone: string;
  readonly cidr: string;
  /** The part that is kept for ENI prefixes, so that primary addresses never take a place in it. */
  readonly prefixCidr: string;
  /** How many /28 prefixes that part can give. */
  readonly prefixes: number;
}

/** The subnets of one environment; each list is in zone order, Multus subnets by network first. */
export interface NetworkPlan {
  readonly vpcCidr: string;
  readonly zones: readonly string[];
  readonly publicSubnets: readonly string[];
  readonly privateSubnets: readonly string[];
  readonly multusSubnets: readonly MultusSubnet[];
}

export type NetworkResult =
  | { readonly plan: NetworkPlan }
  | { readonly problems: readonly NetworkProblem[] };

/** The lab's subnets, and ours wherever the VPC has room for them, are /24. */
const PREFERRED_PREFIX = 24;
/** A VPC may be /16 to /28: https://docs.aws.amazon.com/vpc/latest/userguide/vpc-cidr-blocks.html */
const VPC_ALLOWED = 'an IPv4 network from /16 to /28 with no host bits set, such as 10.0.0.0/16';
/** Half of a /26 is two /28 blocks, of which the subnet's last address makes one unusable. */
const SMALLEST_MULTUS = 26;
const ENI_PREFIX = 28;

/**
 * Lays out a VPC: public subnets, private subnets, then Multus subnets network by network, each of them
 * the lowest free block. Explicit subnets stay where they are and the others go around them.
 * For `10.0.0.0/16`, two zones and two networks that is the lab's own layout.
 *
 * The upper half of each Multus subnet is for ENI prefixes. Problems name the input that caused them.
 */
export function planNetwork(request: NetworkRequest): NetworkResult {
  const vpc = parseCidr(request.vpcCidr);
  if (vpc === undefined || vpc.prefix < 16 || vpc.prefix > ENI_PREFIX) {
    return {
      problems: [{ input: 'vpc-cidr', value: request.vpcCidr, allowed: VPC_ALLOWED }],
    };
  }
  const slots = slotsOf(request);
  const given = placeGiven(vpc, slots, request.subnetCidrs ?? {}, SMALLEST_MULTUS);
  if ('problems' in given) return given;
  const free = freeBlocks(vpc, slots.length, given.placed);
  const placed = slots.map((slot) => given.placed.get(slot) ?? free.next().value);
  return placed.every((cidr) => cidr !== undefined)
    ? { plan: toPlan(request, placed) }
    : { problems: [tooSmall(request.vpcCidr, slots.length)] };
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

/** Equal blocks that no explicit subnet touches, lowest first: /24, or smaller when the VPC is. */
function* freeBlocks(
  vpc: Cidr,
  count: number,
  taken: ReadonlyMap<Slot, Cidr>,
): Generator<Cidr, undefined> {
  const prefix = Math.max(PREFERRED_PREFIX, vpc.prefix + Math.ceil(Math.log2(count)));
  if (prefix > SMALLEST_MULTUS) return;
  for (const block of blocks(vpc, prefix)) {
    if (![...taken.values()].some((other) => overlaps(block, other))) yield block;
  }
}

function toPlan(request: NetworkRequest, cidrs: readonly Cidr[]): NetworkPlan {
  const count = request.zones.length;
  const [publicSubnets, privateSubnets] = [cidrs.slice(0, count), cidrs.slice(count, 2 * count)];
  return {
    vpcCidr: request.vpcCidr,
    zones: request.zones,
    publicSubnets: publicSubnets.map(formatCidr),
    privateSubnets: privateSubnets.map(formatCidr),
    multusSubnets: cidrs.slice(2 * count).map((cidr, index) => ({
      network: Math.floor(index / count) + 1,
      zone: request.zones[index % count] ?? '',
      cidr: formatCidr(cidr),
      prefixCidr: formatCidr(upperHalf(cidr)),
      prefixes: size(upperHalf(cidr)) / 16 - 1,
    })),
  };
}

function tooSmall(vpcCidr: string, count: number): NetworkProblem {
  const allowed = `a network with room for ${count} subnets of at least /${SMALLEST_MULTUS} beside those given in subnet-cidrs`;
  return { input: 'vpc-cidr', value: vpcCidr, allowed };
}
