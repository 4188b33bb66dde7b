import {
  DescribeSecurityGroupsCommand,
  DescribeVpcAttributeCommand,
  DescribeVpcsCommand,
  type EC2Client,
  type NetworkAcl as FoundAcl,
  type RouteTable as FoundTable,
  paginateDescribeNetworkAcls,
  paginateDescribeRouteTables,
  paginateDescribeSubnets,
  paginateDescribeVpcEndpoints,
  type SecurityGroup,
  type VpcEndpoint,
} from '@aws-sdk/client-ec2';
import { tagsOf } from '../../../aws/network-interfaces.ts';
import type { Answer } from '../facts.ts';
import type { Endpoint, GivenVpcFacts, NetworkAcl, RouteTable } from '../given-vpc-facts.ts';
import { ask } from './ask.ts';
import { rangesOf } from './ask-vpc.ts';

/** Asks EC2 for a VPC that others made, with its subnets, routes, network ACLs and endpoints. Changes nothing. */
export function askGivenVpc(client: EC2Client, vpcId: string): Promise<Answer<GivenVpcFacts>> {
  return ask('ec2:DescribeRouteTables', async () => {
    const paging = { client, pageSize: 100 };
    const query = { Filters: [{ Name: 'vpc-id', Values: [vpcId] }] };
    const [vpc, dnsSupport, dnsHostnames, subnets, tables, acls, endpoints] = await Promise.all([
      client.send(new DescribeVpcsCommand({ VpcIds: [vpcId] })),
      attribute(client, vpcId, 'enableDnsSupport'),
      attribute(client, vpcId, 'enableDnsHostnames'),
      Array.fromAsync(paginateDescribeSubnets(paging, query), (page) => page.Subnets ?? []),
      Array.fromAsync(paginateDescribeRouteTables(paging, query), (page) => page.RouteTables ?? []),
      Array.fromAsync(paginateDescribeNetworkAcls(paging, query), (page) => page.NetworkAcls ?? []),
      Array.fromAsync(
        paginateDescribeVpcEndpoints(paging, query),
        (page) => page.VpcEndpoints ?? [],
      ),
    ]);
    const [found] = vpc.Vpcs ?? [];
    const working = endpoints.flat().filter(isAvailable);
    const groups = await securityGroups(client, working);
    return {
      id: vpcId,
      ownerId: found?.OwnerId ?? '',
      tags: tagsOf(found?.Tags),
      cidrs: found === undefined ? [] : rangesOf(found),
      dnsSupport,
      dnsHostnames,
      subnets: subnets.flat().map((one) => ({
        id: one.SubnetId ?? '',
        tags: tagsOf(one.Tags),
        freeAddresses: one.AvailableIpAddressCount ?? 0,
        givesPublicAddresses: one.MapPublicIpOnLaunch ?? false,
      })),
      routeTables: tables.flat().map(toRouteTable),
      networkAcls: acls.flat().map(toNetworkAcl),
      endpoints: working.map((one) => toEndpoint(one, groups)),
    };
  });
}

function isAvailable({ State }: VpcEndpoint): boolean {
  return `${State}`.toLowerCase() === 'available';
}

/** The security groups of interface endpoints. */
async function securityGroups(
  client: EC2Client,
  endpoints: readonly VpcEndpoint[],
): Promise<readonly SecurityGroup[]> {
  const ids = endpoints.flatMap(({ Groups = [] }) =>
    Groups.flatMap(({ GroupId }) => GroupId ?? []),
  );
  if (ids.length === 0) return [];
  const GroupIds = [...new Set(ids)];
  const found = await client.send(new DescribeSecurityGroupsCommand({ GroupIds }));
  return found.SecurityGroups ?? [];
}

function toEndpoint(one: VpcEndpoint, groups: readonly SecurityGroup[]): Endpoint {
  const own = groups.filter((group) =>
    one.Groups?.some(({ GroupId }) => GroupId === group.GroupId),
  );
  return {
    id: one.VpcEndpointId ?? '',
    service: one.ServiceName ?? '',
    routeTableIds: one.RouteTableIds ?? [],
    isGateway: one.VpcEndpointType === 'Gateway',
    privateDns: one.PrivateDnsEnabled ?? false,
    httpsFrom: own.flatMap(httpsRanges),
  };
}

const HTTPS = 443;

function httpsRanges({ IpPermissions = [] }: SecurityGroup): readonly string[] {
  return IpPermissions.filter(
    ({ IpProtocol, FromPort = 0, ToPort = 65_535 }) =>
      IpProtocol === '-1' || (IpProtocol === 'tcp' && FromPort <= HTTPS && HTTPS <= ToPort),
  ).flatMap(({ IpRanges = [] }) => IpRanges.flatMap(({ CidrIp }) => CidrIp ?? []));
}

async function attribute(
  client: EC2Client,
  VpcId: string,
  Attribute: 'enableDnsSupport' | 'enableDnsHostnames',
): Promise<boolean> {
  const found = await client.send(new DescribeVpcAttributeCommand({ VpcId, Attribute }));
  const { Value = false } =
    (Attribute === 'enableDnsSupport' ? found.EnableDnsSupport : found.EnableDnsHostnames) ?? {};
  return Value;
}

/** A route table with its IPv4 routes. */
export function toRouteTable({
  RouteTableId,
  Associations = [],
  Routes = [],
}: FoundTable): RouteTable {
  return {
    id: RouteTableId ?? '',
    isMain: Associations.some(({ Main }) => Main === true),
    subnetIds: Associations.flatMap(({ SubnetId }) => SubnetId ?? []),
    routes: Routes.flatMap((route) =>
      route.DestinationCidrBlock === undefined
        ? []
        : [
            {
              destination: route.DestinationCidrBlock,
              target:
                route.NatGatewayId ??
                route.GatewayId ??
                route.TransitGatewayId ??
                route.VpcPeeringConnectionId ??
                route.NetworkInterfaceId ??
                '',
              active: route.State !== 'blackhole',
            },
          ],
    ),
  };
}

function toNetworkAcl({ NetworkAclId, Associations = [], Entries = [] }: FoundAcl): NetworkAcl {
  return {
    id: NetworkAclId ?? '',
    subnetIds: Associations.flatMap(({ SubnetId }) => SubnetId ?? []),
    entries: Entries.flatMap((entry) =>
      entry.CidrBlock === undefined
        ? []
        : [
            {
              number: entry.RuleNumber ?? 0,
              egress: entry.Egress ?? false,
              protocol: entry.Protocol ?? '-1',
              cidr: entry.CidrBlock,
              allows: entry.RuleAction === 'allow',
              from: entry.PortRange?.From ?? 0,
              to: entry.PortRange?.To ?? 65_535,
            },
          ],
    ),
  };
}
