import type { InputProblem } from '../core/errors.ts';
import { isNetwork, isWithin } from '../core/ip.ts';

/** A subnet that others made, as far as IPv6 depends on it. */
interface Subnet {
  readonly id: string;
  readonly zone: string;
  readonly ipv6Cidr?: string | undefined;
}

type Found = { readonly ipv6Cidr: string } | { readonly problems: readonly InputProblem[] };

/**
 * The IPv6 range of a given VPC that has those of the Multus subnets. The environment gives nothing of others an IPv6 range,
 * and does not choose one for a subnet of its own in the VPC of others. Pure.
 *
 * @param multusSubnets by network; empty for a network that is made
 */
export function ipv6In(
  { id: vpcId, ipv6Cidrs = [] }: { readonly id: string; readonly ipv6Cidrs?: readonly string[] },
  multusSubnets: readonly (readonly Subnet[])[],
): Found {
  const problem = (allowed: string) => ({
    problems: [{ input: 'multus-ip-family', value: 'dual-stack', allowed }],
  });
  const made = multusSubnets.findIndex((subnets) => subnets.length === 0);
  if (made >= 0) {
    return problem(
      `ipv4 where the environment makes Multus subnets in the VPC of others (network ${made + 1}); or give all of them in multus-subnets, each with an IPv6 range`,
    );
  }
  const without = multusSubnets.flat().filter(({ ipv6Cidr = '' }) => !isNetwork(ipv6Cidr));
  if (without.length > 0) {
    const names = without.map(({ id, zone }) => `${id} in ${zone}`).join(', ');
    return problem(
      `ipv4, or Multus subnets that have IPv6 ranges; these have none: ${names} (aws ec2 associate-subnet-cidr-block)`,
    );
  }
  const range = ipv6Cidrs.find((text) =>
    multusSubnets.flat().every(({ ipv6Cidr = '' }) => isWithin(ipv6Cidr, text)),
  );
  if (range !== undefined) return { ipv6Cidr: range };
  const has = ipv6Cidrs.join(', ') || 'none';
  return problem(`Multus subnets with IPv6 in one range of ${vpcId}, which has ${has}`);
}
