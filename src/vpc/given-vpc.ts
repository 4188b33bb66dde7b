import type { InputProblem } from '../core/errors.ts';
import { type Cidr, contains, parseCidr, share } from '../core/ip.ts';
import { ipv6In } from './given-ipv6.ts';
import { type GivenSubnets, placeGiven, type Slot } from './given-subnets.ts';
import { type MultusRoute, routeProblems } from './multus-routes.ts';
import {
  FEWEST_ZONES,
  MOST_ZONES,
  type MultusSubnet,
  madeMultusSubnet,
  type NetworkResult,
  SMALLEST_MULTUS,
} from './plan.ts';
import { givenMultusSubnet } from './prefix-blocks.ts';
import { type SubnetSelector, selectorText, selects } from './subnet-selector.ts';

/** The parts of a VPC that an environment is to use. */
export interface GivenVpcRequest {
  readonly vpcId: string;
  /** The cluster in it that others made, too; undefined for a cluster of the environment's own. */
  readonly cluster?: string;
  /** Empty for the zones of the private subnets. */
  readonly zones: readonly string[];
  readonly privateSubnets: readonly SubnetSelector[];
  readonly multusNetworks: number;
  /** By network. A network without selectors has ranges in `subnetCidrs`, in which its subnets are made. */
  readonly multusSubnets: readonly (readonly SubnetSelector[])[];
  readonly subnetCidrs: GivenSubnets | undefined;
  /** What the Multus subnets that are made reach beyond the VPC. */
  readonly routes?: readonly MultusRoute[] | undefined;
  /** Whether the Multus subnets shall have IPv6, too. */
  readonly dualStack?: boolean | undefined;
}

/** A VPC with its subnets, as EC2 describes it. */
export interface PresentVpc {
  readonly id: string;
  readonly cidrs: readonly string[];
  /** Its IPv6 ranges. */
  readonly ipv6Cidrs?: readonly string[];
  readonly subnets: readonly PresentSubnet[];
}

export interface PresentSubnet {
  readonly id: string;
  readonly zone: string;
  readonly cidr: string;
  readonly tags: Readonly<Record<string, string>>;
  /** Undefined for a subnet with IPv4 alone. */
  readonly ipv6Cidr?: string | undefined;
}

/** The subnets that a request selects, each list in zone order. */
export interface ChosenSubnets {
  readonly zones: readonly string[];
  readonly privateSubnets: readonly PresentSubnet[];
  /** By network; empty for a network that is made. */
  readonly multusSubnets: readonly (readonly PresentSubnet[])[];
}

/**
 * Finds the subnets that the request names: one in each zone, none for two purposes. Problems name the input, the
 * selector and what the VPC has. Pure.
 */
export function chooseSubnets(
  request: GivenVpcRequest,
  present: PresentVpc,
): { readonly chosen: ChosenSubnets } | { readonly problems: readonly InputProblem[] } {
  const own = find('private-subnets', request.privateSubnets, present);
  if ('problems' in own) return own;
  const zones =
    request.zones.length > 0
      ? request.zones
      : [...new Set(own.found.map(({ zone }) => zone))].toSorted();
  const privateSubnets = inZones('private-subnets', request.privateSubnets, own.found, zones);
  if ('problems' in privateSubnets) return privateSubnets;
  const multusSubnets: (readonly PresentSubnet[])[] = [];
  for (let network = 0; network < request.multusNetworks; network += 1) {
    const selectors = request.multusSubnets[network] ?? [];
    const some = find('multus-subnets', selectors, present);
    if ('problems' in some) return some;
    const ordered =
      selectors.length === 0
        ? { ordered: [] }
        : inZones('multus-subnets', selectors, some.found, zones);
    if ('problems' in ordered) return ordered;
    multusSubnets.push(ordered.ordered);
  }
  const twice = usedTwice([privateSubnets.ordered, ...multusSubnets].flat());
  if (twice.length > 0) return { problems: twice };
  return { chosen: { zones, privateSubnets: privateSubnets.ordered, multusSubnets } };
}

function find(
  input: string,
  selectors: readonly SubnetSelector[],
  { id, subnets }: PresentVpc,
): { readonly found: readonly PresentSubnet[] } | { readonly problems: readonly InputProblem[] } {
  const wrong = selectors.filter((one) => !subnets.some((subnet) => selects(one, subnet)));
  const has = subnets.map(describeSubnet).join(', ') || 'none';
  if (wrong.length > 0) {
    const allowed = `subnets of ${id}, which are ${has}`;
    return { problems: wrong.map((one) => ({ input, value: selectorText(one), allowed })) };
  }
  return { found: subnets.filter((subnet) => selectors.some((one) => selects(one, subnet))) };
}

/** Exactly one subnet in each zone, in the order of the zones. */
function inZones(
  input: string,
  selectors: readonly SubnetSelector[],
  found: readonly PresentSubnet[],
  zones: readonly string[],
): { readonly ordered: readonly PresentSubnet[] } | { readonly problems: readonly InputProblem[] } {
  const ordered = zones.flatMap((zone) => found.filter((subnet) => subnet.zone === zone));
  const onePerZone =
    found.length === zones.length && ordered.every(({ zone }, index) => zone === zones[index]);
  const fits = zones.length >= FEWEST_ZONES && zones.length <= MOST_ZONES;
  if (onePerZone && fits) return { ordered };
  const where = fits ? zones.join(', ') : `${FEWEST_ZONES} or ${MOST_ZONES} zones`;
  const allowed = `one subnet in each of ${where}; these are ${found.map(describeSubnet).join(', ')}`;
  return { problems: [{ input, value: selectors.map(selectorText).join(), allowed }] };
}

function usedTwice(subnets: readonly PresentSubnet[]): readonly InputProblem[] {
  const ids = subnets.map(({ id }) => id);
  return [...new Set(ids.filter((id, index) => ids.indexOf(id) !== index))].map((id) => ({
    input: 'multus-subnets',
    value: id,
    allowed: 'subnets that neither private-subnets nor another network has',
  }));
}

function describeSubnet({ id, cidr, zone }: PresentSubnet): string {
  return `${id} (${cidr} in ${zone})`;
}

/**
 * Plans the network of an environment in a VPC that others made: what is given stays as it is, the other Multus subnets
 * are made in the ranges that the request gives. Pure.
 *
 * @param reservations of each given Multus subnet, the ranges that its owner has reserved for prefixes
 * @param isOwn whether the environment has made a subnet in an earlier run
 */
export function planGivenNetwork(
  request: GivenVpcRequest,
  present: PresentVpc,
  { zones, privateSubnets, multusSubnets }: ChosenSubnets,
  reservations: ReadonlyMap<string, readonly string[]>,
  isOwn: (subnet: PresentSubnet) => boolean,
): NetworkResult {
  const given = multusSubnets.flatMap((subnets, index) =>
    subnets.map((one) =>
      givenMultusSubnet({ ...one, network: index + 1 }, reservations.get(one.id) ?? []),
    ),
  );
  const ipv6 = request.dualStack === true ? ipv6In(present, multusSubnets) : undefined;
  if (ipv6 !== undefined && 'problems' in ipv6) return ipv6;
  const range = rangeOf(request, present, given);
  if ('problems' in range) return range;
  const made = placeMade(request, range.vpc, zones);
  if ('problems' in made) return made;
  const taken = overlapProblems(
    made.subnets,
    present.subnets.filter((one) => !isOwn(one)),
  );
  if (taken.length > 0) return { problems: taken };
  const routes = givenRouteProblems(request, present, made.subnets);
  if (routes.length > 0) return { problems: routes };
  const plan = {
    vpcCidr: range.text,
    zones,
    publicSubnets: [],
    privateSubnets: privateSubnets.map(({ cidr }) => cidr),
    multusSubnets: [...given, ...made.subnets].toSorted(
      (a, b) => a.network - b.network || zones.indexOf(a.zone) - zones.indexOf(b.zone),
    ),
    routes: request.routes,
    dualStack: request.dualStack,
    givenVpc: {
      id: present.id,
      privateSubnetIds: privateSubnets.map(({ id }) => id),
      ...(request.cluster === undefined ? {} : { cluster: request.cluster }),
      ...ipv6,
    },
  };
  return { plan };
}

/** The range of the VPC that has all Multus subnets: their security group and their routes name only one. */
function rangeOf(
  { vpcId, subnetCidrs }: GivenVpcRequest,
  { cidrs }: PresentVpc,
  given: readonly MultusSubnet[],
): { readonly vpc: Cidr; readonly text: string } | { readonly problems: readonly InputProblem[] } {
  const made = (subnetCidrs?.multus ?? []).flat();
  const texts = [...given.map(({ cidr }) => cidr), ...made];
  const all = texts.flatMap((text) => parseCidr(text) ?? []);
  for (const text of cidrs) {
    const vpc = parseCidr(text);
    if (vpc !== undefined && all.every((one) => contains(vpc, one))) return { vpc, text };
  }
  const input = made.length > 0 ? 'subnet-cidrs' : 'multus-subnets';
  const allowed = `Multus subnets in one range of ${vpcId}, which has ${cidrs.join(', ')}`;
  return { problems: [{ input, value: texts.join(), allowed }] };
}

function placeMade(
  { multusNetworks, multusSubnets, subnetCidrs }: GivenVpcRequest,
  vpc: Cidr,
  zones: readonly string[],
): { readonly subnets: readonly MultusSubnet[] } | { readonly problems: readonly InputProblem[] } {
  const slots = Array.from({ length: multusNetworks }, (_, index) => index + 1)
    .filter((network) => (multusSubnets[network - 1] ?? []).length === 0)
    .flatMap((network) =>
      zones.map((zone, index): Slot => ({ kind: 'multus', zone, index, network })),
    );
  if (slots.length === 0) return { subnets: [] };
  const placed = placeGiven(
    { vpc, multus: vpc },
    slots,
    { multus: subnetCidrs?.multus },
    SMALLEST_MULTUS,
  );
  if ('problems' in placed) return placed;
  return { subnets: [...placed.placed].map(([slot, cidr]) => madeMultusSubnet(slot, cidr)) };
}

/** Routes come only into the route table of the subnets that are made. */
function givenRouteProblems(
  { routes = [] }: GivenVpcRequest,
  { cidrs }: PresentVpc,
  made: readonly MultusSubnet[],
): readonly InputProblem[] {
  if (routes.length === 0 || made.length > 0) return routeProblems(routes, cidrs);
  const value = routes.map(({ destination }) => destination).join(', ');
  const allowed =
    "nothing where multus-subnets gives all networks: the routes of these subnets are their owner's";
  return [{ input: 'multus-routes', value, allowed }];
}

function overlapProblems(
  made: readonly MultusSubnet[],
  others: readonly PresentSubnet[],
): readonly InputProblem[] {
  return made.flatMap(({ cidr, network, zone }) => {
    const other = others.find((one) => share(one.cidr, cidr));
    if (other === undefined) return [];
    const allowed = `multus network ${network} in ${zone}: a range that no subnet of the VPC has; ${describeSubnet(other)} overlaps it`;
    return [{ input: 'subnet-cidrs', value: cidr, allowed }];
  });
}
