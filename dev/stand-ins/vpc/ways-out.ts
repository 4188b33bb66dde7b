import {
  DescribeNatGatewaysCommand,
  DescribeVpcEndpointsCommand,
  type EC2Client,
  type RouteTable,
  type VpcEndpoint,
} from '@aws-sdk/client-ec2';
import { tableOf } from './route-tables.ts';

/** How packets of a subnet get out of its VPC. */
export interface WaysOut {
  /** Whether the default route leads to the internet: by a NAT gateway, as instances have no public addresses. */
  readonly internet: boolean;
  /** The services to which the subnet's routes lead by gateway endpoints, such as `s3`. */
  readonly byRoute: readonly string[];
  /** The services whose own names lead to an interface endpoint in the VPC. */
  readonly byName: readonly InterfaceEndpoint[];
}

export interface InterfaceEndpoint {
  /** The end of the service's name: `ecr.api`. */
  readonly service: string;
  readonly groupIds: readonly string[];
}

/** A way to everything, for states in which nothing else is of interest. */
export const OPEN_WAYS: WaysOut = { internet: true, byRoute: [], byName: [] };

/** What decides about the ways out of subnets, as EC2 describes it. */
interface Described {
  readonly tables: readonly RouteTable[];
  /** The ids of the NAT gateways that work, each with its subnet. */
  readonly natGateways: ReadonlyMap<string, string>;
  readonly endpoints: readonly VpcEndpoint[];
}

interface InVpc {
  readonly id: string;
  readonly vpcId: string;
}

/** Asks EC2 for the NAT gateways and the endpoints of all VPCs. */
export async function readGateways(ec2: EC2Client): Promise<Omit<Described, 'tables'>> {
  const [gateways, endpoints] = await Promise.all([
    ec2.send(new DescribeNatGatewaysCommand({})),
    ec2.send(new DescribeVpcEndpointsCommand({})),
  ]);
  const working = (gateways.NatGateways ?? []).filter(({ State }) => State === 'available');
  const natGateways = new Map(
    working.map(({ NatGatewayId = '', SubnetId = '' }) => [NatGatewayId, SubnetId]),
  );
  return { natGateways, endpoints: endpoints.VpcEndpoints ?? [] };
}

/** The ways out of each subnet, by its id. Pure. */
export function waysOut(
  { tables, natGateways, endpoints }: Described,
  subnets: readonly InVpc[],
): ReadonlyMap<string, WaysOut> {
  const working = endpoints.filter(({ State }) => `${State}`.toLowerCase() === 'available');
  const defaultOf = (subnet: InVpc | undefined) =>
    subnet &&
    tableOf(tables, subnet)?.Routes?.find(
      ({ DestinationCidrBlock, State }) =>
        DestinationCidrBlock === '0.0.0.0/0' && State !== 'blackhole',
    );
  const isPublic = (id: string | undefined) =>
    defaultOf(subnets.find((one) => one.id === id))?.GatewayId?.startsWith('igw-') ?? false;
  return new Map(
    subnets.map((subnet) => {
      const nat = defaultOf(subnet)?.NatGatewayId ?? '';
      const tableId = tableOf(tables, subnet)?.RouteTableId ?? '';
      const here = working.filter(({ VpcId }) => VpcId === subnet.vpcId);
      const ways: WaysOut = {
        internet: isPublic(natGateways.get(nat)),
        byRoute: here
          .filter(({ RouteTableIds = [] }) => RouteTableIds.includes(tableId))
          .map(serviceOf),
        byName: here.filter(isNamed).map((one) => ({
          service: serviceOf(one),
          groupIds: (one.Groups ?? []).flatMap(({ GroupId }) => GroupId ?? []),
        })),
      };
      return [subnet.id, ways] as const;
    }),
  );
}

function isNamed({ VpcEndpointType, PrivateDnsEnabled }: VpcEndpoint): boolean {
  return VpcEndpointType === 'Interface' && PrivateDnsEnabled === true;
}

/** `ecr.api` of `com.amazonaws.ap-northeast-2.ecr.api`. */
function serviceOf({ ServiceName = '' }: VpcEndpoint): string {
  return ServiceName.split('.').slice(3).join('.');
}
