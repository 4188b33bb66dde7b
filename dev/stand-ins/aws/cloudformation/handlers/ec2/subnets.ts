import {
  AssociateSubnetCidrBlockCommand,
  CreateSubnetCommand,
  DeleteSubnetCommand,
  DescribeSubnetsCommand,
  DisassociateSubnetCidrBlockCommand,
  ModifySubnetAttributeCommand,
} from '@aws-sdk/client-ec2';
import { handler, type ResourceContext } from '../handler.ts';
import { ec2Tags, retagEc2, type TagPair } from '../tags.ts';

interface Subnet {
  readonly VpcId: string;
  readonly CidrBlock?: string;
  readonly AvailabilityZone?: string;
  readonly MapPublicIpOnLaunch?: boolean;
  readonly Tags?: readonly TagPair[];
}

const subnet = handler<Subnet>({
  properties: ['VpcId', 'CidrBlock', 'AvailabilityZone', 'MapPublicIpOnLaunch', 'Tags'],
  async create({ VpcId, CidrBlock, AvailabilityZone, MapPublicIpOnLaunch }, context) {
    const { Subnet: made } = await context.clients.ec2.send(
      new CreateSubnetCommand({
        VpcId,
        CidrBlock,
        AvailabilityZone,
        TagSpecifications: ec2Tags('subnet', context.tags),
      }),
    );
    const id = made?.SubnetId ?? '';
    context.initiated(id);
    if (MapPublicIpOnLaunch === true) await mapPublicIp(id, true, context);
    return {
      id,
      attributes: {
        SubnetId: id,
        VpcId,
        CidrBlock: made?.CidrBlock ?? '',
        AvailabilityZone: made?.AvailabilityZone ?? '',
        AvailabilityZoneId: made?.AvailabilityZoneId ?? '',
      },
    };
  },
  async update({ id, tags, properties: before, attributes }, after, context) {
    if (before.MapPublicIpOnLaunch !== after.MapPublicIpOnLaunch) {
      await mapPublicIp(id, after.MapPublicIpOnLaunch ?? false, context);
    }
    await retagEc2(id, tags, context);
    return attributes;
  },
  async delete({ id }, { clients }) {
    await clients.ec2.send(new DeleteSubnetCommand({ SubnetId: id }));
  },
});

async function mapPublicIp(SubnetId: string, Value: boolean, { clients }: ResourceContext) {
  const change = { SubnetId, MapPublicIpOnLaunch: { Value } };
  await clients.ec2.send(new ModifySubnetAttributeCommand(change));
}

interface SubnetCidrBlock {
  readonly SubnetId: string;
  readonly Ipv6CidrBlock?: string;
}

const subnetCidrBlock = handler<SubnetCidrBlock>({
  properties: ['SubnetId', 'Ipv6CidrBlock'],
  async create({ SubnetId, Ipv6CidrBlock }, context) {
    const made = await context.clients.ec2.send(
      new AssociateSubnetCidrBlockCommand({ SubnetId, Ipv6CidrBlock }),
    );
    const { AssociationId: id = '' } = made.Ipv6CidrBlockAssociation ?? {};
    context.initiated(id, { Id: id });
    await context.until(`The IPv6 CIDR block of ${SubnetId}`, () =>
      isAssociated(SubnetId, id, context),
    );
    return { id, attributes: { Id: id, IpSource: 'amazon', Ipv6AddressAttribute: 'public' } };
  },
  async delete({ id }, { clients }) {
    await clients.ec2.send(new DisassociateSubnetCidrBlockCommand({ AssociationId: id }));
  },
});

async function isAssociated(SubnetId: string, id: string, { clients }: ResourceContext) {
  const found = await clients.ec2.send(new DescribeSubnetsCommand({ SubnetIds: [SubnetId] }));
  const blocks = found.Subnets?.[0]?.Ipv6CidrBlockAssociationSet ?? [];
  const state = blocks.find((one) => one.AssociationId === id)?.Ipv6CidrBlockState?.State;
  return state === 'associated' ? true : undefined;
}

export const subnetHandlers = {
  'AWS::EC2::Subnet': subnet,
  'AWS::EC2::SubnetCidrBlock': subnetCidrBlock,
};
