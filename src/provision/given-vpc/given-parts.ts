import { idsOf } from '../../cloudformation/outputs.ts';
import type { Stack } from '../../cloudformation/stack-api.ts';
import { CloudError } from '../../core/errors.ts';
import { parseCidr } from '../../core/ip.ts';
import { type MultusSubnet, madeMultusSubnet, type NetworkPlan } from '../../vpc/plan.ts';
import { givenMultusSubnet } from '../../vpc/prefix-blocks.ts';
import { isDualStack } from '../choices/ip-family.ts';
import type { ProvisionInputs } from '../inputs.ts';
import { TEMPLATE_NETWORKS } from '../stack-parameters.ts';

/** The id of the VPC that others made, by the parameters of an infra stack; undefined for a VPC of the stack's own. */
export function givenVpcId({ parameters }: Pick<Stack, 'parameters'>): string | undefined {
  // Stacks of older releases lack the parameter.
  return parameters['VpcId'] || undefined;
}

/** The Multus subnets that an infra stack has made, without those that others made. */
export function madeMultusSubnetIds({
  parameters,
  outputs,
}: Pick<Stack, 'parameters' | 'outputs'>): readonly string[] {
  const given = TEMPLATE_NETWORKS.flatMap((n) => idsOf(parameters, `Multus${n}SubnetIds`));
  return idsOf(outputs, 'MultusSubnetIds').filter((id) => !given.includes(id));
}

/**
 * The network of an infra stack in a VPC that others made, by its parameters. What the owner has reserved for prefixes is
 * not in them, so a given Multus subnet counts as a whole. Pure.
 */
export function givenNetworkOf(
  { parameters }: Pick<Stack, 'parameters'>,
  vpcId: string,
): NetworkPlan {
  const zones = idsOf(parameters, 'AvailabilityZones');
  return {
    vpcCidr: parameters['VpcCidr'] ?? '',
    zones,
    publicSubnets: [],
    privateSubnets: idsOf(parameters, 'PrivateSubnetCidrs'),
    multusSubnets: TEMPLATE_NETWORKS.flatMap((network) =>
      multusSubnetsOf(parameters, network, zones),
    ),
    dualStack: isDualStack({ parameters }),
    givenVpc: { id: vpcId, privateSubnetIds: idsOf(parameters, 'PrivateSubnetIds') },
  };
}

function multusSubnetsOf(
  parameters: Stack['parameters'],
  network: number,
  zones: readonly string[],
): readonly MultusSubnet[] {
  const ids = idsOf(parameters, `Multus${network}SubnetIds`);
  return idsOf(parameters, `Multus${network}SubnetCidrs`).flatMap((text, index) => {
    const [zone, id, cidr] = [zones[index] ?? '', ids[index], parseCidr(text)];
    if (cidr === undefined) return [];
    return id === undefined
      ? [madeMultusSubnet({ network, zone }, cidr)]
      : [givenMultusSubnet({ id, zone, cidr: text, network }, [])];
  });
}

/**
 * An environment stays in its VPC: another one would replace its cluster and all nodes. Pure.
 *
 * @throws CloudError when the environment exists in another VPC than the one that the inputs ask for.
 */
export function checkVpcStays(
  { environment, givenVpc }: Pick<ProvisionInputs, 'environment' | 'givenVpc'>,
  infra: Stack | undefined,
): void {
  if (infra === undefined) return;
  const present = givenVpcId(infra);
  if (present === givenVpc?.vpcId) return;
  const [reason, correction] =
    present === undefined
      ? ['it exists already, in a VPC of its own', 'leave vpc-id out']
      : [`it exists already, in the VPC ${present}`, `give vpc-id: ${present}`];
  throw new CloudError({
    resource: `environment ${environment}`,
    reason,
    nextStep: `${correction}, choose another name, or destroy it first`,
  });
}
