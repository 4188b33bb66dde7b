import type { DeployedStack } from '../cloudformation/deploy-stack.ts';
import { idsOf } from '../cloudformation/outputs.ts';
import { type Environment, environmentSchema } from '../environment/environment.ts';
import { namespaceOf } from '../environment/shared-cluster.ts';
import { taintText } from '../environment/taints.ts';
import type { NetworkPlan } from '../vpc/plan.ts';
import { ipv6CidrOf } from './choices/ip-family.ts';
import type { ProvisionInputs } from './inputs.ts';
import type { NodeGroup } from './node-groups.ts';
import { commonName } from './zones/zone-entry.ts';

export interface DeployedNodeGroup {
  readonly group: NodeGroup;
  readonly stack: DeployedStack;
}

/** What the environment has of its inputs. */
type Settings = Pick<ProvisionInputs, 'authentication' | 'base' | 'environment' | 'region'>;

/** What the environment has of a node group. */
interface DescribedNodeGroup {
  readonly group: Pick<NodeGroup, 'desired' | 'entry' | 'max' | 'min' | 'name' | 'taints' | 'zone'>;
  readonly stack: Pick<DeployedStack, 'id' | 'outputs'>;
}

/**
 * The environment as the next jobs need it, from the outputs of its stacks.
 *
 * @throws ZodError when a stack lacks an output that its template declares, which is a bug of ours.
 */
export function environmentOf(
  inputs: Settings,
  accountId: string,
  network: NetworkPlan,
  { outputs }: Pick<DeployedStack, 'outputs'>,
  nodeGroups: readonly DescribedNodeGroup[],
): Environment {
  const { base } = inputs;
  return environmentSchema.parse({
    schema: 1,
    name: inputs.environment,
    region: inputs.region,
    accountId,
    authentication: inputs.authentication,
    cluster: {
      name: outputs['ClusterName'],
      version: outputs['KubernetesVersion'],
      endpoint: outputs['ClusterEndpoint'],
      certificateAuthority: outputs['ClusterCertificateAuthority'],
      serviceCidr: outputs['ServiceCidr'],
      securityGroupId: outputs['ClusterSecurityGroupId'],
      ...(outputs['ClusterTag'] === undefined ? {} : { existing: true }),
    },
    vpc: { id: outputs['VpcId'], cidr: outputs['VpcCidr'] },
    multusSecurityGroupId: outputs['MultusSecurityGroupId'],
    networks: networksOf(network, outputs),
    nodeGroups: nodeGroups.map(({ group, stack }) => ({
      ...nameOf(group),
      zone: group.zone,
      stackId: stack.id,
      roleArn: stack.outputs['NodeInstanceRoleArn'],
      autoScalingGroup: stack.outputs['AutoScalingGroupName'],
      min: group.min,
      desired: group.desired,
      max: group.max,
      ...(group.taints.length === 0 ? {} : { taints: group.taints.map(taintText) }),
    })),
    ...(base === undefined ? {} : { shared: { base, namespace: namespaceOf(inputs.environment) } }),
  });
}

/** The name of a group and, where its entry has several, that of the entry. */
export function nameOf(group: Pick<NodeGroup, 'entry' | 'name'>) {
  const entry = commonName(group);
  return { name: group.name, ...(entry === undefined ? {} : { entry }) };
}

function networksOf({ multusSubnets, zones }: NetworkPlan, outputs: DeployedStack['outputs']) {
  const ids = idsOf(outputs, 'MultusSubnetIds');
  const subnets = multusSubnets.map((subnet, index) => ({ ...subnet, id: ids[index] }));
  const numbers = [...new Set(subnets.map(({ network }) => network))];
  return numbers.map((network) => ({
    network,
    interface: `eth${network}`,
    subnets: subnets
      .filter((subnet) => subnet.network === network)
      .map(({ zone, id, cidr, prefixCidr }) => {
        const ipv6Cidr = ipv6CidrOf(outputs, zones, { network, zone });
        return { zone, id, cidr, prefixCidr, ...(ipv6Cidr === undefined ? {} : { ipv6Cidr }) };
      }),
  }));
}
