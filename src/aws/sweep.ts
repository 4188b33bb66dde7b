import { ENVIRONMENT_TAG } from '../environment/tags.ts';
import type { Ec2, NetworkInterface, SecurityGroup } from './network-interfaces.ts';

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
  const interfaces = await ec2.interfacesIn(vpcId);
  const left = leftoverInterfaces(interfaces, cluster).map(({ id }) => id);
  const gone = await removeAll(left, ec2.removeInterface);
  const found = groups ? leftoverGroups(await ec2.securityGroupsIn(vpcId), cluster) : [];
  const ids = found.map(({ id }) => id);
  return swept([gone, await removeAll(ids, ec2.removeSecurityGroup)], interfaces, found);
}

/**
 * Removes from a VPC that others use, too, the interfaces that the nodes of one environment's group left there.
 * Nothing else of the VPC is touched, or named.
 *
 * @param securityGroupId the node group's own; undefined when it is gone
 */
export async function sweepGroup(
  ec2: Ec2,
  vpcId: string,
  environment: string,
  securityGroupId: string | undefined,
): Promise<Swept> {
  const all = await ec2.interfacesIn(vpcId);
  const interfaces = interfacesOfGroup(all, environment, securityGroupId);
  const left = interfaces.filter(({ status }) => status === 'available').map(({ id }) => id);
  return swept([await removeAll(left, ec2.removeInterface)], interfaces, []);
}

interface Removal {
  readonly removed: readonly string[];
  /** What the role may not delete. */
  readonly denied: readonly string[];
}

async function removeAll(
  ids: readonly string[],
  remove: (id: string) => Promise<void>,
): Promise<Removal> {
  const outcomes = new Map<string, Outcome>();
  for (const id of ids) outcomes.set(id, await outcomeOf(() => remove(id)));
  const those = (outcome: Outcome) => ids.filter((id) => outcomes.get(id) === outcome);
  return { removed: those('removed'), denied: those('denied') };
}

function swept(
  removals: readonly Removal[],
  interfaces: readonly NetworkInterface[],
  groups: readonly SecurityGroup[],
): Swept {
  const removed = removals.flatMap((one) => one.removed);
  const denied = removals.flatMap((one) => one.denied);
  const left = [
    ...interfaces.map((one) => ({ id: one.id, text: describeInterface(one) })),
    ...groups.map(({ id, name }) => ({ id, text: `${id} (security group ${name})` })),
  ].filter(({ id }) => !removed.includes(id));
  const blockers = left.map(({ id, text }) =>
    denied.includes(id) ? `${text}, which the role may not delete` : text,
  );
  return { removed, blockers };
}

type Outcome = 'removed' | 'in use' | 'denied';

/** Somebody else may be faster, or still use it; and a role may be allowed less than everything. */
async function outcomeOf(remove: () => Promise<void>): Promise<Outcome> {
  try {
    await remove();
    return 'removed';
  } catch (error) {
    const { name = '', message = '' } = error as { name?: string; message?: string };
    if (name.endsWith('.NotFound')) return 'removed';
    if (name.endsWith('.InUse') || name === 'DependencyViolation') return 'in use';
    // What EC2 answers for an interface that something else than an instance holds.
    if (name === 'InvalidParameterValue' && message.includes('currently in use')) return 'in use';
    if (name === 'UnauthorizedOperation') return 'denied';
    throw error;
  }
}

/** On the interfaces that the launch hook makes, with the cluster's name. */
const HOOK_TAG = 'eks-multus-actions/cluster';
/** On the interfaces that the VPC CNI makes, with the cluster's name; older versions only describe them. */
const CNI_TAG = 'cluster.k8s.amazonaws.com/name';
const CNI_DESCRIPTION = /^aws-K8S-/;

/**
 * Those of a VPC's interfaces that a node of the cluster left behind: attached to nothing, and made by the
 * launch hook or by the VPC CNI. An interface that says that it is another cluster's is not among them.
 */
export function leftoverInterfaces(
  interfaces: readonly NetworkInterface[],
  cluster: string,
): readonly NetworkInterface[] {
  return interfaces.filter(({ status, tags, description }) => {
    if (status !== 'available') return false;
    const owner = tags[HOOK_TAG] ?? tags[CNI_TAG];
    return owner === undefined ? CNI_DESCRIPTION.test(description) : owner === cluster;
  });
}

/**
 * Those of a shared VPC's interfaces that have to do with one environment's node group: made for it by the launch
 * hook, as their tag says, or with the group's own security group, as those that the VPC CNI gives its nodes.
 */
export function interfacesOfGroup(
  interfaces: readonly NetworkInterface[],
  environment: string,
  securityGroupId: string | undefined,
): readonly NetworkInterface[] {
  return interfaces.filter(
    ({ tags, securityGroupIds }) =>
      tags[ENVIRONMENT_TAG] === environment ||
      (securityGroupId !== undefined && securityGroupIds.includes(securityGroupId)),
  );
}

/**
 * Those of a VPC's security groups that the cluster made for itself: its own, and those of load balancers.
 * They are in no stack.
 */
export function leftoverGroups(
  groups: readonly SecurityGroup[],
  cluster: string,
): readonly SecurityGroup[] {
  return groups.filter(
    ({ tags }) =>
      tags['aws:cloudformation:stack-id'] === undefined &&
      (tags[`kubernetes.io/cluster/${cluster}`] === 'owned' ||
        tags['elbv2.k8s.aws/cluster'] === cluster),
  );
}

/** `eni-1 (ELB app/web, in-use, attached to amazon-elb)`: enough to find out whose it is. */
export function describeInterface(found: NetworkInterface): string {
  const attached = found.attachedTo === undefined ? '' : `, attached to ${found.attachedTo}`;
  return `${found.id} (${found.description || 'no description'}, ${found.status}${attached})`;
}
