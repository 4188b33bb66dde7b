import type { NodeGroup } from '../node-groups.ts';
import { commonName, firstOfEntries } from './zone-entry.ts';

/** What entries with `zones` mean, in words: their numbers of nodes are those of each zone. Pure. */
export function zoneNotes(groups: readonly NodeGroup[]): readonly string[] {
  return firstOfEntries(groups).flatMap((group) => {
    const { desired, entry, max, min } = group;
    if (commonName(group) === undefined) return [];
    const all = desired * entry.zones.length;
    return [
      `Node group ${entry.name}: ${desired} nodes (${min} to ${max}) in each of ${entry.zones.join(', ')}, so ${all} in all.`,
    ];
  });
}
