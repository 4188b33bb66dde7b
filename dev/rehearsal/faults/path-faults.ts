import type { Fault } from './fault.ts';
import type { Site } from './site.ts';

/** Faults of the path between nodes, caused by the packet filter of the VPC's router. */
export const PATH_FAULTS: readonly Fault[] = [
  {
    name: 'one-way drop',
    cause: 'one-way',
    says: /packets from \S+ to \S+ are dropped/,
    inject: (site) => filterToFar(site, 'counter drop'),
    heal: pass,
  },
  {
    name: '30 % loss',
    cause: 'packet-loss',
    says: /Some packets pass.*the path between/,
    inject: (site) => filterToFar(site, 'numgen random mod 100 < 30 counter drop'),
    heal: pass,
  },
  {
    name: 'TCP resets',
    cause: 'port-refused',
    says: /something answers in its place with a refusal/,
    inputs: { protocols: 'icmp,tcp' },
    // As a firewall does that ends connections which it does not like.
    inject: (site) =>
      filterToFar(site, 'tcp flags & (syn | ack) == syn counter reject with tcp reset'),
    heal: pass,
  },
];

/** Filters what pods of the near node send to pods of the far node on network 1. */
function filterToFar({ inVpc, near, far }: Site, statement: string): Promise<string> {
  const rule = `ip saddr ${near.prefix} ip daddr ${far.prefix} ${statement}`;
  const hook = 'type filter hook forward priority filter - 1;';
  return inVpc('nft', `table ip fault { chain forward { ${hook} ${rule}; }; }`);
}

function pass({ inVpc }: Site): Promise<string> {
  return inVpc('nft', 'delete table ip fault');
}
