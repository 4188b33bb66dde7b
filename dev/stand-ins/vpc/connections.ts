import {
  DescribeTransitGatewayVpcAttachmentsCommand,
  DescribeVpcPeeringConnectionsCommand,
  type EC2Client,
  type Vpc,
} from '@aws-sdk/client-ec2';
import type { Connections } from './route-tables.ts';

/** Asks EC2 what connects its VPCs. */
export async function readConnections(
  ec2: EC2Client,
  vpcs: readonly Vpc[],
  zoneOf: (subnetId: string) => string | undefined,
): Promise<Connections> {
  const [peerings, attachments] = await Promise.all([
    ec2.send(new DescribeVpcPeeringConnectionsCommand({})),
    ec2.send(new DescribeTransitGatewayVpcAttachmentsCommand({})),
  ]);
  return {
    vpcs: vpcs.map((vpc) => ({ id: vpc.VpcId ?? '', cidrs: rangesOf(vpc) })),
    peerings: (peerings.VpcPeeringConnections ?? []).map((one) => ({
      id: one.VpcPeeringConnectionId ?? '',
      isActive: one.Status?.Code === 'active',
      vpcIds: [one.RequesterVpcInfo?.VpcId ?? '', one.AccepterVpcInfo?.VpcId ?? ''],
    })),
    attachments: (attachments.TransitGatewayVpcAttachments ?? [])
      .filter(({ State }) => State === 'available')
      .map((one) => ({
        gatewayId: one.TransitGatewayId ?? '',
        vpcId: one.VpcId ?? '',
        zones: (one.SubnetIds ?? []).flatMap((id) => zoneOf(id) ?? []),
      })),
  };
}

/** All IPv6 ranges of a VPC. */
export function ipv6RangesOf({ Ipv6CidrBlockAssociationSet: found = [] }: Vpc): readonly string[] {
  return found
    .filter(({ Ipv6CidrBlockState }) => Ipv6CidrBlockState?.State === 'associated')
    .flatMap(({ Ipv6CidrBlock }) => Ipv6CidrBlock ?? []);
}

/** All IPv4 ranges of a VPC, the first one first. */
export function rangesOf({
  CidrBlock,
  CidrBlockAssociationSet: found = [],
}: Vpc): readonly string[] {
  const associated = found
    .filter(({ CidrBlockState }) => CidrBlockState?.State === 'associated')
    .flatMap((one) => one.CidrBlock ?? []);
  return [...new Set([CidrBlock ?? '', ...associated])];
}
