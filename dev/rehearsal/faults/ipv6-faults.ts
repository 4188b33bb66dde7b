import type { Fault } from './fault.ts';
import { applyNetwork, deleteNetwork, ON_ETH1 } from './network.ts';
import type { Site } from './site.ts';
import { untilTrue } from './until.ts';

const SAME_RANGE = 'ipv6-same-range';
const NO_ROUTE = 'ipv6-no-route';
/** In this mode, pods have addresses of both families. */
const L2 = { ...ON_ETH1, mode: 'l2' };

/** Faults of IPv6 alone, on networks of both families. IPv4 works all the time. */
export const IPV6_FAULTS: readonly Fault[] = [
  {
    name: 'IPv6 prefix unassigned',
    cause: 'unassigned-address',
    says: /:\S* of \S+ is assigned to no network interface/,
    async inject(site) {
      await site.unassignIpv6(site.far);
      await untilTrue(async () => !(await routed(site)));
    },
    async heal(site) {
      await site.assignIpv6(site.far);
      await untilTrue(() => routed(site));
    },
  },
  {
    name: 'IPv6 blocked between the zones',
    cause: 'traffic-dropped',
    says: /so it is a rule for IPv6 alone/,
    inject: (site) => filter(site, [one(site.near, site.far), one(site.far, site.near)]),
    heal: pass,
  },
  {
    name: 'IPv6 not allowed by the security group',
    cause: 'traffic-dropped',
    says: /so it is a rule for IPv6 alone/,
    inject: (site) => site.denyIpv6(),
    heal: (site) => site.allowIpv6(),
  },
  {
    name: 'one-way drop of IPv6',
    cause: 'one-way',
    says: /packets from \S+ to \S+ are dropped/,
    inject: (site) => filter(site, [one(site.near, site.far)]),
    heal: pass,
  },
  {
    name: 'duplicate IPv6 address: one range on two nodes',
    cause: 'duplicate-address',
    says: /2\S*:\S* belongs to \S+ on \S+ and to .*packets reach at most one of them/,
    // The VPC delivers none of these addresses.
    also: ['unassigned-address', 'missing-route'],
    inputs: { networks: SAME_RANGE },
    inject: (site) => {
      const ipam = { type: 'host-local', subnet: site.near.ipv6Subnet };
      return applyNetwork(site, SAME_RANGE, [{ ...L2, ipam }]);
    },
    async heal(site) {
      await deleteNetwork(site, SAME_RANGE);
      for (const node of [site.near, site.far]) {
        await site.onNode(node, `rm -rf /var/lib/cni/networks/${SAME_RANGE}`);
      }
    },
  },
  {
    name: 'no IPv6 route to the other zone',
    cause: 'missing-route',
    says: /has no route to 2\S*:\S* through net1|cannot reach 2\S*:\S* through net1/,
    inputs: { networks: NO_ROUTE },
    // A route of IPv4 to all of the VPC, and none of IPv6.
    inject: (site) => {
      const ipam = { type: 'eni-prefix', routes: [{ dst: '10.0.0.0/16' }] };
      return applyNetwork(site, NO_ROUTE, [{ ...L2, ipam }]);
    },
    heal: (site) => deleteNetwork(site, NO_ROUTE),
  },
];

async function routed({ inVpc, far }: Site): Promise<boolean> {
  return (await inVpc('ip', '-6', 'route', 'show', far.ipv6Prefix)).trim() !== '';
}

/** What pods of one node send to pods of another one is dropped. */
function one(from: Site['near'], to: Site['near']): string {
  return `ip6 saddr ${from.ipv6Prefix} ip6 daddr ${to.ipv6Prefix} counter drop`;
}

function filter({ inVpc }: Site, rules: readonly string[]): Promise<string> {
  const hook = 'type filter hook forward priority filter - 1;';
  return inVpc('nft', `table ip6 fault { chain forward { ${hook} ${rules.join('; ')}; }; }`);
}

function pass({ inVpc }: Site): Promise<string> {
  return inVpc('nft', 'delete table ip6 fault');
}
