import {
  type EC2Client,
  paginateDescribeTransitGatewayVpcAttachments,
  paginateDescribeVpcPeeringConnections,
  type VpcPeeringConnection,
} from '@aws-sdk/client-ec2';
import type { Answer, VpcConnections } from '../facts.ts';
import { ask } from './ask.ts';

/** Asks EC2 what a VPC is connected with. Changes nothing. */
export function askConnections(client: EC2Client, vpcId: string): Promise<Answer<VpcConnections>> {
  return ask('ec2:DescribeVpcPeeringConnections', async () => {
    const paging = { client, pageSize: 100 };
    const Filters = [{ Name: 'vpc-id', Values: [vpcId] }];
    const [peerings, attachments] = await Promise.all([
      Array.fromAsync(
        paginateDescribeVpcPeeringConnections(paging, {}),
        (page) => page.VpcPeeringConnections ?? [],
      ),
      Array.fromAsync(
        paginateDescribeTransitGatewayVpcAttachments(paging, { Filters }),
        (page) => page.TransitGatewayVpcAttachments ?? [],
      ),
    ]);
    return {
      peerings: peerings.flat().flatMap((one) => toPeering(one, vpcId)),
      transitGateways: attachments
        .flat()
        .filter(({ State }) => State === 'available')
        .flatMap(({ TransitGatewayId }) => TransitGatewayId ?? []),
    };
  });
}

/** None when the connection is between other VPCs. */
function toPeering(
  {
    VpcPeeringConnectionId: id = '',
    Status,
    RequesterVpcInfo,
    AccepterVpcInfo,
  }: VpcPeeringConnection,
  vpcId: string,
): VpcConnections['peerings'] {
  const sides = [RequesterVpcInfo, AccepterVpcInfo];
  if (!sides.some((side) => side?.VpcId === vpcId)) return [];
  const other = sides.find((side) => side?.VpcId !== vpcId);
  const ranges = (other?.CidrBlockSet ?? []).flatMap(({ CidrBlock }) => CidrBlock ?? []);
  const first = other?.CidrBlock;
  return [
    {
      id,
      status: Status?.Code ?? '',
      otherRanges: ranges.length === 0 && first !== undefined ? [first] : ranges,
    },
  ];
}
