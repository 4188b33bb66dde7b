import { type Identity, principalArn } from '../../aws/identity.ts';
import type { Stack } from '../../cloudformation/stack-api.ts';
import { hasWorked } from '../../cloudformation/stack-status.ts';
import { outputsNameOf } from '../../environment/outputs-stack.ts';
import type { NetworkPlan } from '../../vpc/plan.ts';
import { NEW_CLUSTERS } from '../inputs/defaults.ts';
import type { ProvisionInputs } from '../inputs.ts';
import { type NodeGroup, nodeGroupStackName } from '../node-groups.ts';

/** What a deploy is about to make, and what of it exists. */
export interface SetUp {
  readonly inputs: ProvisionInputs;
  readonly account: Identity;
  readonly network: NetworkPlan;
  /** The bucket for the launch hook's code. */
  readonly bucket: string;
  /** The infra stack, or that of the base; undefined when the deploy makes it. */
  readonly infra: Stack | undefined;
  readonly groups: readonly PlannedGroup[];
  /** All stacks of the account and region. */
  readonly stacks: readonly Stack[];
}

export interface PlannedGroup {
  readonly group: NodeGroup;
  readonly stackName: string;
  /** Undefined when the deploy makes it. */
  readonly stack: Stack | undefined;
}

/** What the inputs ask for beside what exists. Pure. */
export function setUpOf(
  { inputs, account, bucket }: Pick<SetUp, 'inputs' | 'account' | 'bucket'>,
  network: NetworkPlan,
  stacks: readonly Stack[],
): SetUp {
  const find = (name: string) => stacks.find((one) => one.name === name && hasWorked(one.status));
  const groups = inputs.nodeGroups.map((group) => {
    const stackName = nodeGroupStackName(inputs.environment, group.name);
    return { group, stackName, stack: find(stackName) };
  });
  const infra = find(inputs.base ?? inputs.environment);
  return { inputs, account, bucket, network, infra, groups, stacks };
}

/** Whether a stack is missing that the deploy has to make. */
export function makesStacks({ inputs, infra, groups, stacks }: SetUp): boolean {
  const outputs = outputsNameOf(inputs.environment);
  const newOutputs =
    inputs.outputsPrefix !== undefined && !stacks.some(({ name }) => name === outputs);
  return newOutputs || infra === undefined || groups.some(({ stack }) => stack === undefined);
}

/** The VPC, when it exists before the deploy. */
export function vpcIdOf({ network, infra }: Pick<SetUp, 'network' | 'infra'>): string | undefined {
  return network.givenVpc?.id ?? infra?.outputs['VpcId'];
}

/** Whether the deploy makes a cluster. */
export function makesCluster({ inputs, infra }: Pick<SetUp, 'inputs' | 'infra'>): boolean {
  return infra === undefined && inputs.cluster.given === undefined;
}

/** The names of the instance types of all groups, each once. */
export function typesOf({ groups }: SetUp): readonly string[] {
  return [...new Set(groups.map(({ group }) => group.instanceType))];
}

/** The Kubernetes version that the cluster has after the deploy. */
export function versionOf({ inputs, infra }: Pick<SetUp, 'inputs' | 'infra'>): string {
  const { given, kubernetesVersion } = inputs.cluster;
  const asked = given?.version ?? kubernetesVersion;
  return asked ?? infra?.parameters['KubernetesVersion'] ?? NEW_CLUSTERS;
}

/** The zones in which the deploy makes a NAT gateway, each with an elastic IP address. */
export function newNatZones({ inputs, infra, network }: SetUp): readonly string[] {
  if (inputs.base !== undefined) return [];
  const before =
    infra === undefined ? [] : natZones(infra.parameters['NatGateways'], network.zones);
  return natZones(inputs.cluster.natGateways, network.zones).filter(
    (zone) => !before.includes(zone),
  );
}

function natZones(mode: string | undefined, zones: readonly string[]): readonly string[] {
  if (mode === 'none') return [];
  return mode === 'per-az' ? zones : zones.slice(0, 1);
}

/** How many instances of a group start with the deploy. */
export function newInstances({ group, stack }: PlannedGroup): number {
  return Math.max(0, group.desired - Number(stack?.parameters['DesiredSize'] ?? 0));
}

/**
 * The IAM principal that deploys; undefined for the root user and for federated users. The role of the input has its whole
 * ARN; the ARN of a session lacks the role's path.
 */
export function deployerArn({
  inputs,
  account,
}: Pick<SetUp, 'inputs' | 'account'>): string | undefined {
  return inputs.role.chainedRoleArn ?? inputs.role.roleArn ?? principalArn(account.arn);
}
