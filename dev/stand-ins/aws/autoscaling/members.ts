import { change, type Group, type Groups, type Member, type Subnet } from './state.ts';

/**
 * A group reserves a member before EC2 returns the instance id, so it does not launch a second instance
 * meanwhile.
 */

export interface Launched {
  readonly instanceId: string;
  readonly instanceType: string;
}

const RESERVED = 'launching-';

export function isReserved(member: Pick<Member, 'instanceId'>): boolean {
  return member.instanceId.startsWith(RESERVED);
}

/** Reserves a member in a subnet. Returns its placeholder id. */
export function reserveMember(groups: Groups, group: Group, subnet: Subnet): string {
  const instanceId = `${RESERVED}${crypto.randomUUID()}`;
  const member: Member = {
    instanceId,
    subnet,
    state: 'Pending',
    instanceType: '',
    launchTemplate: group.settings.launchTemplate,
    protectedFromScaleIn: group.settings.protectFromScaleIn,
    launchedAt: Date.now(),
  };
  change(groups, group.name, { members: new Map(group.members).set(instanceId, member) });
  return instanceId;
}

/** Replaces the placeholder id with the real one. */
export function nameMember(
  groups: Groups,
  name: string,
  reserved: string,
  launched: Launched,
): void {
  const group = groups.get(name);
  if (group === undefined) return;
  const members = [...group.members.values()].map((member) =>
    member.instanceId === reserved ? { ...member, ...launched } : member,
  );
  change(groups, name, { members: new Map(members.map((each) => [each.instanceId, each])) });
}

export function isLaunched(value: unknown): value is Launched {
  return typeof value === 'object' && value !== null && 'instanceId' in value;
}
