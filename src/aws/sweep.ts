import { ENVIRONMENT_TAG } from '../environment/tags.ts';
import { isMissing, saysDenied } from './aws-error.ts';
import type { Ec2, NetworkInterface, SecurityGroup } from './network-interfaces.ts';

export interface Swept {
  /** Ids of the removed resources. */
  readonly removed: readonly string[];
  /** Descriptions of the resources that stay in the VPC. */
  readonly blockers: readonly string[];
}

/**
 * Removes a cluster's leftovers that block the deletion of its VPC: network interfaces of terminated nodes and, with
 * `groups`, the security groups that the cluster created. Resources in use stay. Lists everything that stays.
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

interface GivenVpcSweep {
  readonly groups: boolean;
  readonly subnetIds: readonly string[];
  readonly onGivenCluster?: boolean;
}

/**
 * Removes from a VPC that others made what a cluster left there, by tags that only EKS, the launch hook and the VPC CNI
 * set. Touches nothing else, and lists only what is in the way of the environment: interfaces of the cluster, and those that
 * have a security group or a subnet of the environment.
 *
 * @param cluster the name of the environment, which is that of its own cluster
 * @param subnetIds the subnets that the environment has made in the VPC
 * @param groups whether to remove the group that EKS made for the environment's own cluster
 * @param onGivenCluster whether others made the cluster, so that nothing of EKS and the VPC CNI is the environment's
 */
export async function sweepGivenVpc(
  ec2: Ec2,
  vpcId: string,
  cluster: string,
  { groups, onGivenCluster = false, subnetIds }: GivenVpcSweep,
): Promise<Swept> {
  const isOfCluster = ({ tags }: SecurityGroup) => !onGivenCluster && tags[EKS_TAG] === cluster;
  const isOwn = (one: NetworkInterface) =>
    (onGivenCluster ? one.tags[HOOK_TAG] : ownerOf(one)) === cluster;
  const ownGroups = (await ec2.securityGroupsIn(vpcId)).filter(
    (one) => isOfCluster(one) || one.tags[ENVIRONMENT_TAG] === cluster,
  );
  const ids = ownGroups.map(({ id }) => id);
  const interfaces = (await ec2.interfacesIn(vpcId)).filter(
    (one) =>
      isOwn(one) ||
      subnetIds.includes(one.subnetId) ||
      one.securityGroupIds.some((id) => ids.includes(id)),
  );
  const left = interfaces.filter((one) => one.status === 'available' && isOwn(one));
  const gone = await removeAll(
    left.map(({ id }) => id),
    ec2.removeInterface,
  );
  // Anybody may claim a group by another tag.
  const found = groups ? ownGroups.filter(isOfCluster) : [];
  const removal = await removeAll(
    found.map(({ id }) => id),
    ec2.removeSecurityGroup,
  );
  return swept([gone, removal], interfaces, found);
}

/**
 * Removes from a shared VPC the interfaces that the nodes of one environment's group left there. Does not touch or list
 * anything else.
 *
 * @param securityGroupId the node group's own security group; undefined when it no longer exists
 */
export async function sweepGroup(
  ec2: Ec2,
  vpcId: string,
  environment: string,
  securityGroupId: string | undefined,
): Promise<Swept> {
  const all = await ec2.interfacesIn(vpcId);
  return sweepThese(ec2, interfacesOfGroup(all, environment, securityGroupId));
}

/**
 * Removes from a VPC in use the unattached interfaces with a node group's own security group. New nodes of other groups may
 * be getting theirs at this moment, and none of these has it.
 */
export async function sweepInterfacesWith(
  ec2: Ec2,
  vpcId: string,
  securityGroupId: string,
): Promise<Swept> {
  const all = await ec2.interfacesIn(vpcId);
  return sweepThese(
    ec2,
    all.filter(({ securityGroupIds }) => securityGroupIds.includes(securityGroupId)),
  );
}

async function sweepThese(ec2: Ec2, interfaces: readonly NetworkInterface[]): Promise<Swept> {
  const left = interfaces.filter(({ status }) => status === 'available').map(({ id }) => id);
  return swept([await removeAll(left, ec2.removeInterface)], interfaces, []);
}

interface Removal {
  readonly removed: readonly string[];
  /** Ids that the role may not delete. */
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

/** Tells apart the errors that a sweep expects: already deleted, still in use, not allowed. */
async function outcomeOf(remove: () => Promise<void>): Promise<Outcome> {
  try {
    await remove();
    return 'removed';
  } catch (error) {
    const { name = '', message = '' } = error as { name?: string; message?: string };
    if (isMissing(error)) return 'removed';
    if (name.endsWith('.InUse') || name === 'DependencyViolation') return 'in use';
    // EC2's error for an interface that is attached to something other than an instance.
    if (name === 'InvalidParameterValue' && message.includes('currently in use')) return 'in use';
    if (saysDenied(error)) return 'denied';
    throw error;
  }
}

/** The launch hook sets this tag on its interfaces; the value is the cluster's name. */
export const HOOK_TAG = 'eks-multus-actions/cluster';
/** The VPC CNI sets this tag on its interfaces; the value is the cluster's name. Older versions set only a description. */
const CNI_TAG = 'cluster.k8s.amazonaws.com/name';
const CNI_DESCRIPTION = /^aws-K8S-/;
/** EKS sets this tag on the group that it makes for a cluster; nobody else can set tags that begin with `aws:`. */
const EKS_TAG = 'aws:eks:cluster-name';

/** The cluster that made an interface, by its tags. */
function ownerOf({ tags }: NetworkInterface): string | undefined {
  return tags[HOOK_TAG] ?? tags[CNI_TAG];
}

/**
 * The unattached interfaces that the launch hook or the VPC CNI created for the cluster's nodes. Interfaces with another
 * cluster's tag are left out.
 */
export function leftoverInterfaces(
  interfaces: readonly NetworkInterface[],
  cluster: string,
): readonly NetworkInterface[] {
  return interfaces.filter((one) => {
    if (one.status !== 'available') return false;
    const owner = ownerOf(one);
    return owner === undefined ? CNI_DESCRIPTION.test(one.description) : owner === cluster;
  });
}

/**
 * The interfaces of one environment's node group in a shared VPC: those of the launch hook have the environment's tag,
 * those of the VPC CNI have the group's own security group.
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

/** The security groups that the cluster and its load balancers created outside of any stack. */
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

/** `eni-1 (ELB app/web, in-use, attached to amazon-elb)`: enough to find its owner. */
export function describeInterface(found: NetworkInterface): string {
  const attached = found.attachedTo === undefined ? '' : `, attached to ${found.attachedTo}`;
  return `${found.id} (${found.description || 'no description'}, ${found.status}${attached})`;
}
