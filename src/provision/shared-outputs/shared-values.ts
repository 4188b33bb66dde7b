import { idsOf } from '../../cloudformation/outputs.ts';
import type { NetworkPlan } from '../../vpc/plan.ts';
import type { DeployedNodeGroup } from '../environment-of.ts';
import type { ProvisionInputs } from '../inputs.ts';

/** Outputs of a stack. */
type Texts = Readonly<Record<string, string>>;

/** What stacks of others use of an environment, by the names of its SSM parameters. A list is in the order of the zones. */
export type SharedValues = Readonly<Record<string, string | readonly string[]>>;

/** A node group in the JSON for others. */
interface SharedGroup {
  readonly 'auto-scaling-group': string;
  readonly 'security-group-id': string;
  readonly 'role-arn': string;
}

/** The same values, and the node groups by their names. */
export type SharedJson = Readonly<
  Record<string, string | readonly string[] | Readonly<Record<string, SharedGroup>>>
>;

/** The names of the values that are one text, with the outputs of `cfn/infra.yaml` that have them. */
const TEXTS = {
  'vpc-id': 'VpcId',
  'vpc-cidr': 'VpcCidr',
  'multus-security-group-id': 'MultusSecurityGroupId',
  'cluster-name': 'ClusterName',
  'cluster-endpoint': 'ClusterEndpoint',
  'cluster-certificate-authority': 'ClusterCertificateAuthority',
  'cluster-security-group-id': 'ClusterSecurityGroupId',
  'oidc-issuer': 'OidcIssuer',
} as const;

/**
 * What stacks of others use of an environment. What it does not have is missing: public subnets in a VPC of others, the
 * issuer of a cluster of others, a role of all nodes where each node group has its own. Pure.
 *
 * @param infra the outputs of the stack with the cluster
 */
export function sharedValues(
  { authentication }: Pick<ProvisionInputs, 'authentication'>,
  { zones, multusSubnets }: Pick<NetworkPlan, 'zones' | 'multusSubnets'>,
  infra: Texts,
): SharedValues {
  const ids = idsOf(infra, 'MultusSubnetIds');
  const networks = [...new Set(multusSubnets.map(({ network }) => network))];
  const ofNetwork = (network: number) =>
    ids.filter((_, index) => multusSubnets[index]?.network === network);
  const values: readonly (readonly [string, string | readonly string[] | undefined])[] = [
    ...Object.entries(TEXTS).map(([name, output]) => [name, infra[output]] as const),
    ['node-role-arn', authentication === 'access-entries' ? infra['NodeRoleArn'] : undefined],
    ['availability-zones', zones],
    ['public-subnet-ids', idsOf(infra, 'PublicSubnetIds')],
    ['private-subnet-ids', idsOf(infra, 'PrivateSubnetIds')],
    ...networks.map((network) => [`multus-${network}-subnet-ids`, ofNetwork(network)] as const),
  ];
  const present = values.filter(([, value]) => (value ?? '').length > 0);
  return Object.fromEntries(present) as SharedValues;
}

/** The values as parameters of `cfn/outputs.yaml`, which are named `VpcId` for `vpc-id`. Pure. */
export function outputsParameters(values: SharedValues): Texts {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [parameterOf(name), [value].flat().join()]),
  );
}

function parameterOf(name: string): string {
  return name.replaceAll(/(?:^|-)([a-z0-9])/g, (_, first: string) => first.toUpperCase());
}

/** The values with the node groups, for the output `outputs-json`. Pure. */
export function sharedJson(
  inputs: Pick<ProvisionInputs, 'authentication'>,
  network: Pick<NetworkPlan, 'zones' | 'multusSubnets'>,
  infra: Texts,
  deployed: readonly DeployedNodeGroup[],
): SharedJson {
  const groups = deployed.map(({ group, stack: { outputs } }) => [
    group.name,
    {
      'auto-scaling-group': outputs['AutoScalingGroupName'] ?? '',
      'security-group-id': outputs['NodeSecurityGroupId'] ?? '',
      'role-arn': outputs['NodeInstanceRoleArn'] ?? '',
    },
  ]);
  return { ...sharedValues(inputs, network, infra), 'node-groups': Object.fromEntries(groups) };
}
