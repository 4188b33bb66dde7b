import type { Stack } from '../../cloudformation/stack-api.ts';
import { CloudError } from '../../core/errors.ts';
import type { NetworkPlan } from '../../vpc/plan.ts';
import { DUAL_STACK } from '../inputs/schema.ts';

/** The parameter of both templates that says whether Multus networks have IPv6 beside IPv4. */
const IP_FAMILY = 'MultusIpFamily';
/** In the output `MultusIpv6Cidrs`, each network has so many places, whatever zones there are. */
const PLACES = 3;

type Texts = Readonly<Record<string, string>>;

/** Whether the Multus networks of an infra stack have IPv6. Stacks of older releases lack the parameter. */
export function isDualStack({ parameters }: Pick<Stack, 'parameters'>): boolean {
  return parameters[IP_FAMILY] === DUAL_STACK;
}

/** The parameter for both templates. */
export function familyParameter({ dualStack }: NetworkPlan): Texts {
  return { [IP_FAMILY]: dualStack === true ? DUAL_STACK : 'ipv4' };
}

/** The parameters of `cfn/infra.yaml` that only a given VPC needs: in its own, the stack finds out the ranges by itself. */
export function givenIpv6Parameters({ givenVpc, multusSubnets, zones }: NetworkPlan): Texts {
  const most = Math.max(...multusSubnets.map(({ network }) => network));
  const places = Array.from({ length: most * PLACES }, (_, place) => {
    const [network, zone] = [Math.floor(place / PLACES) + 1, zones[place % PLACES]];
    return multusSubnets.find((one) => one.network === network && one.zone === zone)?.ipv6Cidr;
  });
  return {
    VpcIpv6Cidr: givenVpc?.ipv6Cidr ?? '',
    MultusIpv6Cidrs: givenVpc?.ipv6Cidr === undefined ? '' : places.join(),
  };
}

/**
 * The IPv6 range of a Multus subnet, by the outputs of the infra stack. Undefined without IPv6, and for a stack that is still to
 * get it.
 */
export function ipv6CidrOf(
  outputs: Texts,
  zones: readonly string[],
  { network, zone }: { readonly network: number; readonly zone: string },
): string | undefined {
  const place = (network - 1) * PLACES + zones.indexOf(zone);
  return outputs['MultusIpv6Cidrs']?.split(',')[place] || undefined;
}

/**
 * IPv6 ranges stay: nodes have prefixes of them, and a range that comes back would be another one. Pure.
 *
 * @throws CloudError when an environment has IPv6 and the inputs ask for IPv4 alone.
 */
export function checkFamilyStays(
  environment: string,
  { dualStack }: NetworkPlan,
  infra: Stack | undefined,
): void {
  if (infra === undefined || dualStack === true || !isDualStack(infra)) return;
  throw new CloudError({
    resource: `environment ${environment}`,
    reason: 'its Multus networks have IPv6, and the inputs ask for IPv4 alone',
    nextStep: `give multus-ip-family: ${DUAL_STACK}, or destroy the environment first`,
  });
}
