import type { MultusSubnet, NetworkPlan } from './plan.ts';

/** A part of the VPC that an environment uses, and whose it is. */
export interface Part {
  readonly part: string;
  /** Ids and ranges, as far as they are known before anything is made. */
  readonly which: string;
  /** What is given belongs to others: the environment neither changes nor deletes it. */
  readonly whose: 'given' | 'made';
}

/** Says of every part of the VPC that the environment uses whether it is given or made. Pure. */
export function partsOf(plan: NetworkPlan): readonly Part[] {
  const { givenVpc, vpcCidr, zones, publicSubnets, privateSubnets, multusSubnets } = plan;
  const whose = givenVpc === undefined ? 'made' : 'given';
  const name = (id: string | undefined, cidr: string, ipv6?: string) => {
    const ranges = ipv6 === undefined ? cidr : `${cidr}, ${ipv6}`;
    return id === undefined ? ranges : `${id} (${ranges})`;
  };
  const made = multusSubnets.filter(({ givenId }) => givenId === undefined);
  return [
    { part: 'VPC', which: name(givenVpc?.id, vpcCidr, givenVpc?.ipv6Cidr), whose },
    ...publicSubnets.map((cidr, index) => ({
      part: `Public subnet in ${zones[index]}`,
      which: cidr,
      whose: 'made' as const,
    })),
    ...privateSubnets.map((cidr, index) => ({
      part: `Private subnet in ${zones[index]}`,
      which: name(givenVpc?.privateSubnetIds[index], cidr),
      whose: whose as Part['whose'],
    })),
    { part: waysOut(plan), which: '', whose },
    ...multusSubnets.map((subnet) => ({
      part: `Multus subnet ${subnet.network} in ${subnet.zone}`,
      which: name(subnet.givenId, subnet.cidr, subnet.ipv6Cidr),
      whose: whoseIs(subnet),
    })),
    ...(['given', 'made'] as const)
      .filter((one) => multusSubnets.some((subnet) => whoseIs(subnet) === one))
      .map((one) => ({
        part: 'Routes of Multus subnets',
        which: networksOf(multusSubnets, one),
        whose: one,
      })),
    ...(made.length === 0
      ? []
      : [
          {
            part: 'Ranges reserved for prefixes',
            which: made.map(({ prefixCidr }) => prefixCidr).join(', '),
            whose: 'made' as const,
          },
        ]),
    ...clusterParts(givenVpc?.cluster),
  ];
}

/** In a VPC of the environment's own, public subnets and gateways come together. */
function waysOut({ givenVpc, publicSubnets }: NetworkPlan): string {
  const gateways = givenVpc !== undefined || publicSubnets.length > 0;
  return `${gateways ? 'Gateways, endpoints' : 'Endpoints'} and routes of private subnets`;
}

/** @param given the cluster that others made; undefined for one that the environment makes */
function clusterParts(given: string | undefined): readonly Part[] {
  if (given === undefined) {
    const part = 'Security groups of nodes, of Multus interfaces and of the cluster';
    return [{ part, which: '', whose: 'made' }];
  }
  return [
    { part: 'Security groups of nodes and of Multus interfaces', which: '', whose: 'made' },
    { part: 'Cluster with its security group, add-ons and nodes', which: given, whose: 'given' },
    {
      part: 'Access of the node groups to the cluster, and Multus on them',
      which: '',
      whose: 'made',
    },
  ];
}

function whoseIs({ givenId }: MultusSubnet): Part['whose'] {
  return givenId === undefined ? 'made' : 'given';
}

function networksOf(subnets: readonly MultusSubnet[], whose: Part['whose']): string {
  const numbers = subnets.filter((one) => whoseIs(one) === whose).map(({ network }) => network);
  return `networks ${[...new Set(numbers)].join(', ')}`;
}
