import { idsOf } from '../../../cloudformation/outputs.ts';
import { overlaps, parseAddress, parseCidr } from '../../../core/ip.ts';
import type { MultusSubnet } from '../../../vpc/plan.ts';
import { prefixBlocks } from '../../../vpc/prefix-blocks.ts';
import { prefixesNeeded } from '../../node-groups.ts';
import { known, type SubnetUse } from '../facts.ts';
import type { SetUp } from '../set-up.ts';
import { type Check, type Finding, problem } from './finding.ts';

/** The Multus subnets that exist, also those that others made, in the zones of groups, with their ids. */
export function usedSubnets({
  infra,
  network,
  groups,
}: SetUp): readonly { readonly id: string; readonly subnet: MultusSubnet }[] {
  const ids = idsOf(infra?.outputs ?? {}, 'MultusSubnetIds');
  return network.multusSubnets.flatMap((subnet, index) => {
    const id = subnet.givenId ?? ids[index];
    const uses = groups.some(({ group }) => group.zone === subnet.zone);
    return uses && id !== undefined ? [{ id, subnet }] : [];
  });
}

export const checkSubnets: Check = {
  name: 'Free prefixes in the Multus subnets',
  needs: ['multusSubnets'],
  find(setUp, facts) {
    const uses = known(facts.multusSubnets) ?? [];
    return usedSubnets(setUp).flatMap(({ id, subnet }) => {
      const use = uses.find(({ subnetId }) => subnetId === id);
      return use === undefined ? [] : subnetFindings(setUp, subnet, use);
    });
  },
};

function subnetFindings(
  { groups }: SetUp,
  subnet: MultusSubnet,
  use: SubnetUse,
): readonly Finding[] {
  const needed = prefixesNeeded(
    groups.map(({ group }) => group),
    subnet.zone,
  );
  const free = freePrefixes(subnet, use);
  if (needed <= free) return [];
  const { subnetId, taken, explicitReservations } = use;
  const others = [...explicitReservations, ...taken].slice(0, 5).join(', ');
  return [
    problem(
      `node-groups: the groups in ${subnet.zone} may need ${needed} prefixes in ${subnetId} (${subnet.prefixCidr}), which has ${free} without those that something else takes (${others})`,
      'remove what is not of a node group from the subnet, or lower max or prefixes-per-interface',
    ),
  ];
}

/**
 * The /28 blocks that node groups may have of a subnet: those of its part for prefixes in which nothing else has an
 * address. Pure.
 */
export function freePrefixes(
  { cidr, prefixCidr }: Pick<MultusSubnet, 'cidr' | 'prefixCidr'>,
  { taken, explicitReservations }: Pick<SubnetUse, 'taken' | 'explicitReservations'>,
): number {
  const others = [...taken, ...explicitReservations].flatMap((text) => {
    const range = parseCidr(text) ?? parseAddress(text.replace(/\/32$/, ''));
    return range === undefined ? [] : [range];
  });
  return prefixBlocks(cidr, prefixCidr).filter(
    (block) => !others.some((other) => overlaps(block, other)),
  ).length;
}
