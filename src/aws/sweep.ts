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
  const interfaces = await ec2.interfacesIn(vpcId);
  for (const { id } of leftoverInterfaces(interfaces, cluster)) {
    if (await isRemoved(() => ec2.removeInterface(id))) removed.push(id);
  }
  if (groups) {
    for (const { id } of leftoverGroups(await ec2.securityGroupsIn(vpcId), cluster)) {
      if (await isRemoved(() => ec2.removeSecurityGroup(id))) removed.push(id);
    }
  }
  const left = interfaces.filter(({ id }) => !removed.includes(id));
  return { removed, blockers: left.map(describeInterface) };
}

/** Somebody else may be faster, or still use it. */
async function isRemoved(remove: () => Promise<void>): Promise<boolean> {
  try {
    await remove();
    return true;
  } catch (error) {
    const { name } = error as { name?: string };
    if (name?.endsWith('.NotFound')) return true;
    if (name?.endsWith('.InUse') || name === 'DependencyViolation') return false;
    throw error;
  }
}
