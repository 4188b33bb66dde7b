import type { Route, RouteTable } from '@aws-sdk/client-ec2';
import ipaddr from 'ipaddr.js';

/** Where packets of a subnet may go. */
export interface SubnetRoute {
  readonly destination: string;
  /** The ranges in which they arrive; none for a route that leads nowhere. */
  readonly reaches: readonly string[];
}

/** What connects VPCs with each other. */
export interface Connections {
  readonly vpcs: readonly { readonly id: string; readonly cidrs: readonly string[] }[];
  readonly peerings: readonly {
    readonly id: string;
    readonly isActive: boolean;
    readonly vpcIds: readonly string[];
  }[];
  /** The VPCs that are attached to transit gateways, which know all of them by their default route table. */
  readonly attachments: readonly {
    readonly gatewayId: string;
    readonly vpcId: string;
    /** Only subnets in these zones reach the gateway. */
    readonly zones: readonly string[];
  }[];
}

export const NO_CONNECTIONS: Connections = { vpcs: [], peerings: [], attachments: [] };

interface PlacedSubnet {
  readonly id: string;
  readonly vpcId: string;
  readonly zone: string;
}

/** The route within a VPC. */
export function localRoute(destination: string): SubnetRoute {
  return { destination, reaches: [destination] };
}

/** The route table of a subnet: its own, or the main one of its VPC. */
export function tableOf(
  tables: readonly RouteTable[],
  { id, vpcId }: { readonly id: string; readonly vpcId: string },
): RouteTable | undefined {
  const own = tables.find((table) => table.Associations?.some((each) => each.SubnetId === id));
  const main = tables.find(
    (table) => table.VpcId === vpcId && table.Associations?.some((each) => each.Main),
  );
  return own ?? main;
}

/**
 * The routes of each subnet, by its id: from its own route table, or from the main one of its VPC. The most specific comes
 * first, which is the one that counts: https://docs.aws.amazon.com/vpc/latest/userguide/RouteTables.html
 */
export function subnetRoutes(
  tables: readonly RouteTable[],
  subnets: readonly PlacedSubnet[],
  connections: Connections,
): ReadonlyMap<string, readonly SubnetRoute[]> {
  return new Map(
    subnets.map((subnet) => {
      const routes = tableOf(tables, subnet)?.Routes ?? [];
      return [
        subnet.id,
        routes.flatMap((route) => routeOf(route, subnet, connections)).sort(bySize),
      ];
    }),
  );
}

function routeOf(
  route: Route,
  subnet: PlacedSubnet,
  connections: Connections,
): readonly SubnetRoute[] {
  const { DestinationCidrBlock, DestinationIpv6CidrBlock } = route;
  const destination = DestinationCidrBlock ?? DestinationIpv6CidrBlock;
  if (destination === undefined) return [];
  if (route.GatewayId === 'local') return [localRoute(destination)];
  // Between VPCs there is IPv4 only here.
  if (DestinationIpv6CidrBlock !== undefined) return [{ destination, reaches: [] }];
  const reaches = beyond(route, subnet, connections)
    .filter(({ id }) => id !== subnet.vpcId)
    .flatMap(({ cidrs }) => cidrs)
    .filter((cidr) => overlap(cidr, destination));
  return [{ destination, reaches }];
}

/**
 * The VPCs that a route leads to. A peering connection leads to the VPC on its other side and no further:
 * https://docs.aws.amazon.com/vpc/latest/peering/vpc-peering-basics.html. A transit gateway is reached only from zones in
 * which the VPC is attached to it: https://docs.aws.amazon.com/vpc/latest/tgw/how-transit-gateways-work.html
 */
function beyond(
  { VpcPeeringConnectionId: peeringId, TransitGatewayId: gatewayId }: Route,
  { vpcId, zone }: PlacedSubnet,
  { vpcs, peerings, attachments }: Connections,
): Connections['vpcs'] {
  const peering = peerings.find(({ id }) => id === peeringId);
  if (peering?.isActive && peering.vpcIds.includes(vpcId)) {
    return vpcs.filter(({ id }) => peering.vpcIds.includes(id));
  }
  const attached = attachments.filter((one) => one.gatewayId === gatewayId);
  if (!attached.some((one) => one.vpcId === vpcId && one.zones.includes(zone))) return [];
  return vpcs.filter(({ id }) => attached.some((one) => one.vpcId === id));
}

function bySize(one: SubnetRoute, other: SubnetRoute): number {
  return lengthOf(other.destination) - lengthOf(one.destination);
}

function lengthOf(cidr: string): number {
  return ipaddr.parseCIDR(cidr)[1];
}

/** Two networks overlap when the first address of the smaller one is in the larger one. */
function overlap(one: string, other: string): boolean {
  const [small, large] = lengthOf(one) > lengthOf(other) ? [one, other] : [other, one];
  return ipaddr.IPv4.parseCIDR(small)[0].match(ipaddr.IPv4.parseCIDR(large));
}
