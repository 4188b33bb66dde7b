import { isReserved } from './members.ts';
import type { Group, Member, Subnet } from './state.ts';

/** The launches and terminations that bring a group to its desired capacity. */
export interface Steps {
  /** One subnet for each instance to launch. */
  readonly launch: readonly Subnet[];
  /** Ids of instances to terminate. */
  readonly terminate: readonly string[];
}

/**
 * Compares the instances that count (pending or in service) with the desired capacity. New instances go to
 * the zone with the fewest. Instances to terminate come from the zone with the most, oldest first, and
 * never include protected ones.
 */
export function decide(group: Pick<Group, 'settings' | 'members'>): Steps {
  const { desiredCapacity, subnets, suspended } = group.settings;
  const counting = [...group.members.values()].filter(counts);
  const missing = desiredCapacity - counting.length;
  if (missing > 0 && !suspended.includes('Launch')) {
    return { launch: spread(subnets, counting, missing), terminate: [] };
  }
  if (missing < 0 && !suspended.includes('Terminate')) {
    return { launch: [], terminate: oldest(counting, -missing) };
  }
  return { launch: [], terminate: [] };
}

/** Whether an instance counts towards the desired capacity. */
export function counts(member: Member): boolean {
  return !member.state.startsWith('Terminating');
}

function spread(subnets: readonly Subnet[], members: readonly Member[], count: number): Subnet[] {
  const chosen: Subnet[] = [];
  const load = (subnet: Subnet) =>
    members.filter((member) => member.subnet.zone === subnet.zone).length +
    chosen.filter((each) => each.zone === subnet.zone).length;
  for (let i = 0; i < count; i++) {
    const best = subnets.toSorted((a, b) => load(a) - load(b))[0];
    if (best !== undefined) chosen.push(best);
  }
  return chosen;
}

function oldest(members: readonly Member[], count: number): string[] {
  let left = members.filter((member) => !member.protectedFromScaleIn && !isReserved(member));
  const chosen: string[] = [];
  while (chosen.length < count && left.length > 0) {
    const zones = Map.groupBy(left, (member) => member.subnet.zone);
    const fullest = [...zones.values()].toSorted((a, b) => b.length - a.length)[0] ?? [];
    const first = fullest.toSorted((a, b) => a.launchedAt - b.launchedAt)[0];
    if (first === undefined) break;
    chosen.push(first.instanceId);
    left = left.filter((member) => member !== first);
  }
  return chosen;
}
