import { z } from 'zod';
import { MOST_ZONES } from '../../vpc/plan.ts';

/** The entry of `node-groups` that a group is written in. */
interface Entry {
  /** 0, 1, …: its place in the input, for messages. */
  readonly index: number;
  /** As people write it. With `zones`, the names of its groups begin with it, and all of their nodes have it as a label. */
  readonly name: string;
  /** With `zones`, all of them. Empty for an entry with one group. */
  readonly zones: readonly string[];
}

/** A region and one letter, which no other zone of the region has: https://docs.aws.amazon.com/global-infrastructure/latest/regions/aws-availability-zones.html */
const ZONE = /^[a-z]{2}(-[a-z]+)+-\d[a-z]$/;
const ZONES_ALLOWED = `at most ${MOST_ZONES} different availability zones of one region, such as [ap-northeast-2a, ap-northeast-2b]`;

/** The names of node groups are at most so long, and those of entries with `zones` shorter by what a zone adds. */
export const LONGEST_NAME = 20;
const ZONE_TEXT = '-a'.length;
const SHORT_NAME = LONGEST_NAME - ZONE_TEXT;

/** The field `zones` of an entry of `node-groups`. */
export function zonesField() {
  // Zod also holds the length of a text to the bounds of a list, which would be a second problem.
  return z
    .array(z.string({ error: ZONES_ALLOWED }).regex(ZONE, ZONES_ALLOWED), { error: ZONES_ALLOWED })
    .refine((zones) => zones.length > 0 && zones.length <= MOST_ZONES, ZONES_ALLOWED)
    .refine((zones) => zones.every(isOnce) && zones.every(isOfOneRegion), ZONES_ALLOWED)
    .optional();
}

function isOnce(zone: string, index: number, zones: readonly string[]): boolean {
  return zones.indexOf(zone) === index;
}

function isOfOneRegion(zone: string, _: number, [first = '']: readonly string[]): boolean {
  return zone.slice(0, -1) === first.slice(0, -1);
}

/** What an entry says of its name and its place. */
interface Written {
  readonly name: string;
  /** Empty when the entry has none. */
  readonly zone: string;
  readonly zones?: readonly string[] | undefined;
}

/** What is wrong with an entry that has `zones`; undefined when nothing is. Pure. */
export function zonesProblem({ name, zone, zones }: Written) {
  if (zones === undefined) return undefined;
  if (zone !== '') return { path: ['zones'], allowed: 'nothing beside zone, or zones without it' };
  if (name.length <= SHORT_NAME) return undefined;
  const allowed = `at most ${SHORT_NAME} characters with zones, whose groups are called ${name.slice(0, SHORT_NAME)}-a and so on`;
  return { path: ['name'], allowed };
}

/** The parameter of `cfn/nodegroup.yaml` with the name of an entry that has `zones`; empty for an entry with one group. */
export const ENTRY_PARAMETER = 'NodeGroupEntry';

/** The part of a group that says which it is. */
export interface Placed {
  readonly name: string;
  readonly zone: string;
  readonly entry: Entry;
}

/**
 * The groups of an entry: one in each of its `zones`, else the one that it is. The name of a group depends on nothing but
 * its entry's name and its own zone, so that a group stays when another zone comes or goes. Pure.
 */
export function groupsOfEntry(
  { name, zone, zones = [] }: Written,
  index: number,
): readonly Placed[] {
  const entry = { index, name, zones };
  if (zones.length === 0) return [{ name, zone, entry }];
  return zones.map((one) => ({ name: `${name}-${one.slice(-1)}`, zone: one, entry }));
}

/** The first group of each entry, for what is true of all of its groups. Pure. */
export function firstOfEntries<G extends Pick<Placed, 'entry'>>(
  groups: readonly G[],
): readonly G[] {
  return groups.filter(
    ({ entry }, place) => groups.findIndex((one) => one.entry.index === entry.index) === place,
  );
}

/** The entry's name, if it has `zones`: what the groups of several zones have in common. Pure. */
export function commonName({ entry }: Pick<Placed, 'entry'>): string | undefined {
  return entry.zones.length === 0 ? undefined : entry.name;
}

/** The problems of names, each with the index of its entry. Each name becomes part of a stack's name, and a label. Pure. */
export function takenNames(
  groups: readonly Placed[],
): readonly { readonly index: number; readonly value: string; readonly allowed: string }[] {
  return firstOfEntries(groups).flatMap(({ entry }) => {
    const { index, name } = entry;
    const before = groups.filter((one) => one.entry.index < index);
    if (before.some((one) => one.entry.name === name)) {
      return [{ index, value: name, allowed: `a name other than ${name}, which is taken` }];
    }
    for (const own of groups.filter((one) => one.entry.index === index)) {
      const other = before.find((one) => one.name === own.name);
      if (other !== undefined) return [{ index, value: name, allowed: otherName(own, other) }];
    }
    return [];
  });
}

/** Of the two groups with one name, one is in an entry with `zones`. */
function otherName({ entry, name, zone }: Placed, other: Placed): string {
  return entry.zones.length === 0
    ? `a name other than ${name}, which is that of the group of ${other.entry.name} in ${other.zone}`
    : `a name other than ${entry.name}, whose group in ${zone} would be called ${name} as the group of another entry is`;
}
