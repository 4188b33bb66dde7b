import type { DeployedStack } from '../cloudformation/deploy-stack.ts';
import type { Stack, StackApi } from '../cloudformation/stack-api.ts';
import type { StackInsides } from '../cloudformation/stack-resources.ts';
import { type Environment, environmentSchema } from '../environment/environment.ts';
import { namespaceOf } from '../environment/shared-cluster.ts';
import { BASE_TAG, ENVIRONMENT_TAG, REPOSITORY_TAG } from '../environment/tags.ts';
import type { NetworkPlan } from '../vpc/plan.ts';
import type { NodeGroup } from './fields.ts';
import type { ProvisionInputs } from './inputs.ts';
import { idsOf } from './stack-parameters.ts';

export interface DeployedNodeGroup {
  readonly group: NodeGroup;
  readonly stack: DeployedStack;
}

/**
 * What the next jobs need to know, from what the stacks say of themselves.
 *
 * @throws ZodError when a stack lacks an output that its template has: a bug of ours.
 */
export function environmentOf(
  inputs: ProvisionInputs,
  accountId: string,
  plan: NetworkPlan,
  infra: Pick<DeployedStack, 'outputs'>,
  nodeGroups: readonly DeployedNodeGroup[],
): Environment {
  const { outputs } = infra;
  const base = inputs['base-environment'];
  return environmentSchema.parse({
    schema: 1,
    name: inputs.environment,
    region: inputs['aws-region'],
    accountId,
    authentication: inputs.authentication,
    cluster: {
      name: outputs['ClusterName'],
      version: outputs['KubernetesVersion'],
      endpoint: outputs['ClusterEndpoint'],
      certificateAuthority: outputs['ClusterCertificateAuthority'],
      serviceCidr: outputs['ServiceCidr'],
      securityGroupId: outputs['ClusterSecurityGroupId'],
    },
    vpc: { id: outputs['VpcId'], cidr: outputs['VpcCidr'] },
    multusSecurityGroupId: outputs['MultusSecurityGroupId'],
    networks: networksOf(plan, idsOf(outputs, 'MultusSubnetIds')),
    nodeGroups: nodeGroups.map(({ group, stack }) => ({
      name: group.name,
      zone: group.zone,
      stackId: stack.id,
      roleArn: stack.outputs['NodeInstanceRoleArn'],
      autoScalingGroup: stack.outputs['AutoScalingGroupName'],
      min: group.min,
      desired: group.desired,
      max: group.max,
    })),
    ...(base === undefined ? {} : { shared: { base, namespace: namespaceOf(inputs.environment) } }),
  });
}

function networksOf(plan: NetworkPlan, ids: readonly string[]) {
  const subnets = plan.multusSubnets.map((subnet, index) => ({ ...subnet, id: ids[index] }));
  const numbers = [...new Set(subnets.map((subnet) => subnet.network))];
  return numbers.map((network) => ({
    network,
    interface: `eth${network}`,
    subnets: subnets
      .filter((subnet) => subnet.network === network)
      .map(({ zone, id, cidr, prefixCidr }) => ({ zone, id, cidr, prefixCidr })),
  }));
}

/** The stacks of an environment, told by their tag, whatever state they are in. */
export interface EnvironmentStacks {
  readonly infra: Stack | undefined;
  readonly nodeGroups: readonly Stack[];
  /** Somebody else's stack that has the environment's name. */
  readonly foreign: Stack | undefined;
  /** The environment on whose cluster it is, as its stacks say. */
  readonly base: string | undefined;
  /** `owner/name` of the repository whose workflow made it, as its stacks say. */
  readonly repository: string | undefined;
  /** The environments that are on this one's cluster. */
  readonly guests: readonly string[];
}

export async function environmentStacks(
  stacks: Pick<StackApi, 'list'>,
  insides: Pick<StackInsides, 'plannedTags'>,
  environment: string,
): Promise<EnvironmentStacks> {
  const all = await stacks.list();
  const ours: Stack[] = [];
  for (const stack of all) if (await belongs(stack, insides, environment)) ours.push(stack);
  const named = all.find(({ name }) => name === environment);
  const tagOf = (key: string) => ours.find(({ tags }) => tags[key] !== undefined)?.tags[key];
  return {
    infra: ours.find(({ name }) => name === environment),
    nodeGroups: ours.filter(({ name }) => name !== environment),
    foreign: named !== undefined && !ours.includes(named) ? named : undefined,
    base: tagOf(BASE_TAG),
    repository: tagOf(REPOSITORY_TAG),
    guests: guestsOf(environment, all),
  };
}

/** Pure: the names of the environments that are on the cluster of this one. */
export function guestsOf(environment: string, stacks: readonly Stack[]): readonly string[] {
  const guests = stacks.filter(({ tags }) => tags[BASE_TAG] === environment);
  return [...new Set(guests.flatMap(({ tags }) => tags[ENVIRONMENT_TAG] ?? []))].sort();
}

/**
 * The shell that an unexecuted change set leaves may lack the tags that its stack would have had; they are
 * asked of the change set, as a name alone may also be that of another environment's stack.
 */
async function belongs(
  { id, name, status, tags }: Stack,
  insides: Pick<StackInsides, 'plannedTags'>,
  environment: string,
): Promise<boolean> {
  const tag = tags[ENVIRONMENT_TAG];
  if (tag !== undefined || status !== 'REVIEW_IN_PROGRESS') return tag === environment;
  if (name !== environment && !name.startsWith(`${environment}-`)) return false;
  const planned = await insides.plannedTags(id);
  return planned === undefined ? name === environment : planned[ENVIRONMENT_TAG] === environment;
}
