import type { InputProblem } from '../core/errors.ts';
import { type Cidr, contains, formatCidr, overlaps, parseCidr } from '../core/ip.ts';

/** Explicit subnets. Each kind is optional: one subnet per zone, and for Multus one list per network. */
export interface GivenSubnets {
  readonly public?: readonly string[] | undefined;
  readonly private?: readonly string[] | undefined;
  readonly multus?: readonly (readonly string[])[] | undefined;
}

/** A subnet that needs an address range. */
export interface Slot {
  readonly kind: 'public' | 'private' | 'multus';
  readonly zone: string;
  /** The place of the zone in the list of zones. */
  readonly index: number;
  /** For Multus subnets 1, 2, …; 0 for others. */
  readonly network: number;
}

type Given =
  | { readonly placed: ReadonlyMap<Slot, Cidr> }
  | { readonly problems: readonly InputProblem[] };

/** The ranges that subnets are in; both are the same in a VPC with one range. */
export interface Ranges {
  readonly vpc: Cidr;
  readonly multus: Cidr;
}

/** Subnets may be /16 to /28: https://docs.aws.amazon.com/vpc/latest/userguide/subnet-sizing.html */
const SMALLEST = 28;

/** Puts explicit subnets into their slots, or reports every problem with them. */
export function placeGiven(
  ranges: Ranges,
  slots: readonly Slot[],
  given: GivenSubnets,
  smallestMultus: number,
): Given {
  const shape = shapeProblems(slots, given);
  if (shape.length > 0) return { problems: shape };
  const placed = new Map<Slot, Cidr>();
  const problems: InputProblem[] = [];
  for (const slot of slots) {
    const text = textFor(slot, given);
    if (text === undefined) continue;
    const cidr = parseCidr(text);
    const allowed =
      slot.kind === 'multus'
        ? allowedInstead(ranges.multus, cidr, smallestMultus)
        : allowedInstead(ranges.vpc, cidr, SMALLEST);
    const overlapping = cidr && [...placed].find(([, other]) => overlaps(cidr, other));
    if (allowed !== undefined) problems.push(problem(text, `${nameOf(slot)}: ${allowed}`));
    else if (overlapping)
      problems.push(problem(text, `${nameOf(slot)}: ${apartFrom(overlapping)}`));
    else if (cidr) placed.set(slot, cidr);
  }
  return problems.length > 0 ? { problems } : { placed };
}

function textFor(slot: Slot, given: GivenSubnets): string | undefined {
  return slot.kind === 'multus'
    ? given.multus?.[slot.network - 1]?.[slot.index]
    : given[slot.kind]?.[slot.index];
}

/** What is allowed in place of a network that cannot be used; undefined when it can. */
function allowedInstead(range: Cidr, cidr: Cidr | undefined, smallest: number): string | undefined {
  if (cidr === undefined) return 'an IPv4 network with no host bits set, such as 10.0.4.0/24';
  if (cidr.prefix < 16 || cidr.prefix > smallest) return `a network from /16 to /${smallest}`;
  if (!contains(range, cidr)) return `a network inside the VPC, ${formatCidr(range)}`;
  return undefined;
}

/** Each given kind needs a subnet for every zone, and Multus a list for every network that has a slot. */
function shapeProblems(slots: readonly Slot[], given: GivenSubnets): readonly InputProblem[] {
  const zones = new Set(slots.map(({ index }) => index)).size;
  const networks = new Set(
    slots.flatMap(({ kind, network }) => (kind === 'multus' ? network : [])),
  );
  const multus = (given.multus ?? []).map((list, index) => ({ list, network: index + 1 }));
  // Networks that need no ranges may have an empty list in their place.
  const named = multus.filter(({ list, network }) => list.length > 0 || networks.has(network));
  const lists = [
    { name: 'public', list: given.public },
    { name: 'private', list: given.private },
    ...named.map(({ list, network }) => ({ name: `multus network ${network}`, list })),
  ];
  const wrong = lists
    .filter(({ list }) => list !== undefined && list.length !== zones)
    .map(({ name, list }) => problem(show(list), `${name}: ${zones} subnets, one per zone`));
  return given.multus !== undefined && named.length !== networks.size
    ? [
        ...wrong,
        problem(show(given.multus), `multus: ${networks.size} lists, one per Multus network`),
      ]
    : wrong;
}

function problem(value: string, allowed: string): InputProblem {
  return { input: 'subnet-cidrs', value, allowed };
}

function apartFrom([slot, cidr]: readonly [Slot, Cidr]): string {
  return `a network that does not overlap ${nameOf(slot)} (${formatCidr(cidr)})`;
}

function nameOf({ kind, zone, network }: Slot): string {
  return kind === 'multus' ? `multus network ${network} in ${zone}` : `${kind} in ${zone}`;
}

function show(value: unknown): string {
  return JSON.stringify(value);
}
