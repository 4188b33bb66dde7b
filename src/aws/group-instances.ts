import {
  type AutoScalingClient,
  paginateDescribeAutoScalingGroups,
} from '@aws-sdk/client-auto-scaling';

/** An instance as its Auto Scaling group sees it. */
export interface GroupInstance {
  readonly id: string;
  readonly group: string;
  /** `Pending:Wait`: its launch hook has not been completed. `InService`: it is in use. `Terminating…`: it goes. */
  readonly lifecycleState: string;
}

/** The most names that one call takes, and the most groups on one page. */
const MAX_GROUPS = 100;

/**
 * The instances of Auto Scaling groups. Needs the permission autoscaling:DescribeAutoScalingGroups.
 *
 * @throws an Error named by AWS's error code (`AccessDenied`, …).
 */
export async function listGroupInstances(
  client: AutoScalingClient,
  groups: readonly string[],
): Promise<readonly GroupInstance[]> {
  // A call without names lists all groups of the account.
  if (groups.length === 0) return [];
  const pages = paginateDescribeAutoScalingGroups(
    { client, pageSize: MAX_GROUPS },
    { AutoScalingGroupNames: groups.slice(0, MAX_GROUPS) },
  );
  const found = await Array.fromAsync(pages, ({ AutoScalingGroups = [] }) => AutoScalingGroups);
  const instances = found.flat().flatMap(({ AutoScalingGroupName: group = '', Instances = [] }) =>
    Instances.map(({ InstanceId: id = '', LifecycleState: lifecycleState = '' }) => ({
      id,
      group,
      lifecycleState,
    })),
  );
  return [...instances, ...(await listGroupInstances(client, groups.slice(MAX_GROUPS)))];
}
