import type { Ec2 } from './ec2.ts';
import { describeInterface, leftoverGroups, leftoverInterfaces } from './leftovers.ts';

export interface Swept {
  /** Ids of what was removed. */
  readonly removed: readonly string[];
  /** What is still in the VPC and is not ours to remove, for people. */
  readonly blockers: readonly string[];
}

/**
 * Removes from a VPC what a cluster left there and what keeps the VPC from being deleted: interfaces of nodes
 * that are gone and, with `groups`, the security groups that the cluster made for itself. What is in use
 * stays. Names what else is there.
 */
export async function sweepVpc(
  ec2: Ec2,
  vpcId: string,
  cluster: string,
  { groups }: { readonly groups: boolean },
): Promise<Swept> {
  const removed: string[] = [];
  const denied = new Set<string>();
  const attempt = async (id: string, remove: (id: string) => Promise<void>) => {
    const outcome = await outcomeOf(() => remove(id));
    if (outcome === 'removed') removed.push(id);
    if (outcome === 'denied') denied.add(id);
  };
  const interfaces = await ec2.interfacesIn(vpcId);
  for (const { id } of leftoverInterfaces(interfaces, cluster)) {
    await attempt(id, ec2.removeInterface);
  }
  const found = groups ? leftoverGroups(await ec2.securityGroupsIn(vpcId), cluster) : [];
  for (const { id } of found) await attempt(id, ec2.removeSecurityGroup);
  const left = [
    ...interfaces.map((one) => ({ id: one.id, text: describeInterface(one) })),
    ...found.map(({ id, name }) => ({ id, text: `${id} (security group ${name})` })),
  ].filter(({ id }) => !removed.includes(id));
  const blockers = left.map(({ id, text }) =>
    denied.has(id) ? `${text}, which the role may not delete` : text,
  );
  return { removed, blockers };
}

/** Somebody else may be faster, or still use it; and a role may be allowed less than everything. */
async function outcomeOf(remove: () => Promise<void>): Promise<'removed' | 'in use' | 'denied'> {
  try {
    await remove();
    return 'removed';
  } catch (error) {
    const { name = '' } = error as { name?: string };
    if (name.endsWith('.NotFound')) return 'removed';
    if (name.endsWith('.InUse') || name === 'DependencyViolation') return 'in use';
    if (name === 'UnauthorizedOperation') return 'denied';
    throw error;
  }
}
