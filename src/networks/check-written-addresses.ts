import {
  contains,
  formatRange,
  isNetwork,
  overlaps,
  parseAddress,
  parseCidr,
  parseRange,
  type Range,
} from '../core/ip.ts';
import type { Environment } from '../environment/environment.ts';
import type { Attachment, Pool } from './attachment.ts';
import { checkPool } from './check-addresses.ts';
import type { NetworkProblem } from './network-spec.ts';

interface Findings {
  readonly problems: readonly NetworkProblem[];
  readonly warnings: readonly string[];
}

/**
 * Checks the addresses of a complete definition. In the environment's VPC its rules apply. Outside of it
 * only those of the IPAM plugin do, because the network may be one that the VPC knows nothing of; what is unusual
 * there is a warning. Pure.
 */
export function checkWrittenAddresses(
  attachment: Attachment,
  environment: Environment | undefined,
): Findings {
  const known = environment?.networks.find(({ network }) => network === attachment.network);
  const inVpc = attachment.type !== 'bridge';
  const found = attachment.pools.map((pool) =>
    inVpc && isInVpc(parseCidr(pool.subnet), environment)
      ? { problems: checkPool(pool, known, true), warnings: [] }
      : checkOutside(pool, attachment, environment),
  );
  return {
    problems: [...checkTexts(attachment), ...found.flatMap(({ problems }) => problems)],
    warnings: found.flatMap(({ warnings }) => warnings),
  };
}

/** Whether addresses are among those of the environment's VPC. Without an environment, no VPC is known. Pure. */
export function isInVpc(range: Range | undefined, environment: Environment | undefined): boolean {
  if (range === undefined || environment === undefined) return false;
  const subnets = environment.networks.flatMap((network) => network.subnets);
  return [environment.vpc.cidr, ...subnets.map(({ cidr }) => cidr)].some((text) => {
    const cidr = parseCidr(text);
    return cidr !== undefined && overlaps(cidr, range);
  });
}

/** The rules of host-local: https://github.com/containernetworking/plugins `plugins/ipam/host-local/backend/allocator/range.go` */
function checkOutside(
  { subnet: value, range, gateway }: Pool,
  { ipam, type }: Attachment,
  environment: Environment | undefined,
): Findings {
  const subnet = parseCidr(value);
  if (subnet === undefined || (ipam === 'host-local' && subnet.prefix > 30)) {
    const allowed = 'an IPv4 network without host bits, such as 192.168.2.0/24';
    return { problems: [{ place: 'subnet', value, allowed }], warnings: [] };
  }
  const given = range && parseRange(range);
  const fits = range === undefined || (given !== undefined && contains(subnet, given));
  const allowed = `two addresses of ${value}, lower first`;
  const address = gateway === undefined ? undefined : parseAddress(gateway);
  const elsewhere = gateway !== undefined && (address === undefined || !contains(subnet, address));
  return {
    problems: fits ? [] : [{ place: 'range', value: range && formatRange(range), allowed }],
    warnings: [
      ...(environment === undefined || type === 'bridge'
        ? []
        : [`${value} is not in the environment's VPC, so it is not checked against it`]),
      ...(elsewhere ? [`its gateway ${gateway} is outside of ${value}`] : []),
    ],
  };
}

/** Plugins clear the host bits of networks to leave out and of routes. */
function checkTexts({ pools, routes }: Attachment): readonly NetworkProblem[] {
  const excluded = pools.flatMap(({ exclude }) => exclude);
  const allowed = 'a network, such as 192.168.2.0/28';
  return [
    ...excluded.map((value, index) => ({ place: `exclude.${index}`, value, allowed })),
    ...routes.map(({ dst }, index) => ({ place: `routes.${index}.dst`, value: dst, allowed })),
  ].filter(({ value }) => !isNetwork(value));
}
