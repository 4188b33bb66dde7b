import type { Fault } from './fault.ts';
import type { Site } from './site.ts';

/** Faults of the path between nodes, caused by the packet filter of the VPC's router. */
export const PATH_FAULTS: readonly Fault[] = [
  {
    name: 'one-way drop',
    cause: 'one-way',
    says: /packets from \S+ to \S+ are dropped/,
    inject: (site) => dropToFar(site, ''),
    heal: pass,
  },
  {
    name: '30 % loss',
    cause: 'packet-loss',
    says: /Some packets pass.*the path between/,
    inject: (site) => dropToFar(site, 'numgen random mod 100 < 30'),
    heal: pass,
  },
];

/** Drops packets on network 1 from pods of the near node to pods of the far node that match a condition. */
function dropToFar({ inVpc, near, far }: Site, condition: string): Promise<string> {
  const rule = `ip saddr ${near.prefix} ip daddr ${far.prefix} ${condition} counter drop`;
  const hook = 'type filter hook forward priority filter - 1;';
  return inVpc('nft', `table ip fault { chain forward { ${hook} ${rule}; }; }`);
}

function pass({ inVpc }: Site): Promise<string> {
  return inVpc('nft', 'delete table ip fault');
}
