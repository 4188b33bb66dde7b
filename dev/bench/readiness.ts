import type { Operation } from './observed-stacks.ts';

/** The time between two moments, in seconds, and what passes in it. */
export interface Part {
  readonly name: string;
  readonly seconds: number;
}

/**
 * From the launch of an instance until its node is Ready with Multus, in seconds, as the bench runs without machines. The
 * kernel starts after 12 to 16 s (awslabs/amazon-eks-ami#1099, aws/karpenter-provider-aws#3102). The kubelet of Amazon
 * Linux 2023 starts 24 to 30 s later (awslabs/amazon-eks-ami#2210) and registers after 1 to 5 s (#1099). The larger figures
 * make 51 s. Estimates: the boot script takes 4 s, and the VPC CNI and then Multus start within 15 s. The launch hook
 * attaches the interfaces before the boot script needs them.
 */
const BOOT_SECONDS = 70;

/**
 * What a new environment does between the moment at which EKS says that its cluster is active and that at which the
 * nodes of its slowest node group are Ready, in order. Pure.
 *
 * @param operations the creations of the infra stack and of the node groups' stacks
 * @throws Error when one of these moments is not among the events.
 */
export function partsAfterActive(
  operations: readonly Operation[],
  environment: string,
): readonly Part[] {
  const created = operations.filter(({ status }) => status === 'CREATE_COMPLETE');
  const infra = created.find(({ stackName }) => stackName === environment);
  const group = created
    .filter((one) => one !== infra)
    .toSorted((one, other) => one.endedAt - other.endedAt)
    .at(-1);
  if (infra === undefined || group === undefined) throw new Error('a stack was not created');
  const active = timeOf(infra, 'Cluster', 'CREATE_COMPLETE');
  const launched = timeOf(group, 'AutoScalingGroup', 'CREATE_IN_PROGRESS');
  const booted = launched + BOOT_SECONDS * 1000;
  const moments = [
    ['the add-ons, the end of the infra stack', infra.endedAt],
    ['its end is seen, the change set of the node group', group.beganAt],
    ['role, function, rule and permission of the launch hook', launched],
    ['instances launched, their hooks answered', group.endedAt],
    ['nodes boot until Ready, after that', Math.max(booted, group.endedAt)],
  ] as const;
  return moments.map(([name, until], index) => {
    const since = moments[index - 1]?.[1] ?? active;
    return { name, seconds: (until - since) / 1000 };
  });
}

/** When a resource first had this status. */
function timeOf({ resources, stackName }: Operation, logicalId: string, status: string): number {
  const times = resources
    .filter((event) => event.logicalId === logicalId && event.status === status)
    .map(({ time }) => time.getTime());
  if (times.length === 0) throw new Error(`no ${status} of ${logicalId} in stack ${stackName}`);
  return Math.min(...times);
}
