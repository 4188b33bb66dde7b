import { ENVIRONMENT_TAG } from '../environment/tags.ts';
import type { NetworkInterface, SecurityGroup } from './ec2.ts';

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
