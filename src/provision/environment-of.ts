import type { DeployedStack } from '../cloudformation/deploy-stack.ts';
import { type Environment, environmentSchema } from '../environment/environment.ts';
import { namespaceOf } from '../environment/shared-cluster.ts';
import type { NetworkPlan } from '../network/plan.ts';
import type { ProvisionInputs } from './inputs.ts';
import type { NodeGroup } from './node-groups.ts';
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
