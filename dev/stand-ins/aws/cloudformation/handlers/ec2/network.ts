import {
  AssociateVpcCidrBlockCommand,
  AttachInternetGatewayCommand,
  CreateInternetGatewayCommand,
  CreateVpcCommand,
  DeleteInternetGatewayCommand,
  DeleteVpcCommand,
  DescribeNetworkAclsCommand,
  DescribeSecurityGroupsCommand,
  DescribeVpcsCommand,
  DetachInternetGatewayCommand,
  DisassociateVpcCidrBlockCommand,
  ModifyVpcAttributeCommand,
  type Tenancy,
} from '@aws-sdk/client-ec2';
import { ignoreMissing } from '../failure.ts';
import { handler, type ResourceContext } from '../handler.ts';
import { ec2Tags, retagEc2, type TagPair } from '../tags.ts';

interface Vpc {
  readonly CidrBlock?: string;
  readonly EnableDnsSupport?: boolean;
  readonly EnableDnsHostnames?: boolean;
  readonly InstanceTenancy?: Tenancy;
  readonly Tags?: readonly TagPair[];
}

const vpc = handler<Vpc>({
  properties: ['CidrBlock', 'EnableDnsSupport', 'EnableDnsHostnames', 'InstanceTenancy', 'Tags'],
  async create({ CidrBlock, InstanceTenancy, ...dns }, context) {
    const { Vpc: made } = await context.clients.ec2.send(
      new CreateVpcCommand({
        CidrBlock,
        ...(InstanceTenancy === undefined ? {} : { InstanceTenancy }),
        TagSpecifications: ec2Tags('vpc', context.tags),
      }),
    );
    const id = made?.VpcId ?? '';
    context.initiated(id);
    await setDns(id, dns, context);
    return { id, attributes: await vpcAttributes(id, CidrBlock ?? '', context) };
  },
  async update({ id, tags, attributes }, properties, context) {
    await setDns(id, properties, context);
    await retagEc2(id, tags, context);
    return attributes;
  },
  live: {
    names: ['Ipv6CidrBlocks'],
    async read({ id }, { clients }) {
      const { Vpcs } = await clients.ec2.send(new DescribeVpcsCommand({ VpcIds: [id] }));
      const Ipv6CidrBlocks = (Vpcs?.[0]?.Ipv6CidrBlockAssociationSet ?? [])
        .filter(({ Ipv6CidrBlockState }) => Ipv6CidrBlockState?.State === 'associated')
        .flatMap(({ Ipv6CidrBlock }) => Ipv6CidrBlock ?? []);
      return { Ipv6CidrBlocks };
    },
  },
  async delete({ id }, { clients }) {
    await clients.ec2.send(new DeleteVpcCommand({ VpcId: id }));
  },
});

async function setDns(VpcId: string, vpc: Vpc, { clients }: ResourceContext): Promise<void> {
  // EC2 accepts only one attribute per call.
  const { EnableDnsSupport = true, EnableDnsHostnames = false } = vpc;
  await clients.ec2.send(
    new ModifyVpcAttributeCommand({ VpcId, EnableDnsSupport: { Value: EnableDnsSupport } }),
  );
  await clients.ec2.send(
    new ModifyVpcAttributeCommand({ VpcId, EnableDnsHostnames: { Value: EnableDnsHostnames } }),
  );
}

async function vpcAttributes(VpcId: string, CidrBlock: string, { clients }: ResourceContext) {
  const Filters = [{ Name: 'vpc-id', Values: [VpcId] }];
  const [groups, acls] = await Promise.all([
    clients.ec2.send(new DescribeSecurityGroupsCommand({ Filters })),
    clients.ec2.send(new DescribeNetworkAclsCommand({ Filters })),
  ]);
  const group = groups.SecurityGroups?.find(({ GroupName }) => GroupName === 'default');
  const acl = acls.NetworkAcls?.find(({ IsDefault }) => IsDefault);
  return {
    VpcId,
    CidrBlock,
    DefaultSecurityGroup: group?.GroupId ?? '',
    DefaultNetworkAcl: acl?.NetworkAclId ?? '',
  };
}

interface CidrBlock {
  readonly VpcId: string;
  readonly CidrBlock?: string;
  readonly AmazonProvidedIpv6CidrBlock?: boolean;
}

const vpcCidrBlock = handler<CidrBlock>({
  properties: ['VpcId', 'CidrBlock', 'AmazonProvidedIpv6CidrBlock'],
  async create({ VpcId, CidrBlock, AmazonProvidedIpv6CidrBlock }, context) {
    const ipv6 = AmazonProvidedIpv6CidrBlock === true ? { AmazonProvidedIpv6CidrBlock } : {};
    const made = await context.clients.ec2.send(
      new AssociateVpcCidrBlockCommand({ VpcId, CidrBlock, ...ipv6 }),
    );
    const { AssociationId: id = '' } =
      made.Ipv6CidrBlockAssociation ?? made.CidrBlockAssociation ?? {};
    context.initiated(id, { Id: id });
    if (made.Ipv6CidrBlockAssociation === undefined) return { id, attributes: { Id: id } };
    await context.until(`The IPv6 CIDR block of ${VpcId}`, () => associated(VpcId, id, context));
    return { id, attributes: { Id: id, ...AMAZONS } };
  },
  async delete({ id }, { clients }) {
    await clients.ec2.send(new DisassociateVpcCidrBlockCommand({ AssociationId: id }));
  },
});

/** What the templates' reference says of blocks that Amazon provides. */
const AMAZONS = { IpSource: 'amazon', Ipv6AddressAttribute: 'public' };

async function associated(VpcId: string, id: string, { clients }: ResourceContext) {
  const { Vpcs } = await clients.ec2.send(new DescribeVpcsCommand({ VpcIds: [VpcId] }));
  const found = Vpcs?.[0]?.Ipv6CidrBlockAssociationSet?.find((one) => one.AssociationId === id);
  return found?.Ipv6CidrBlockState?.State === 'associated' ? true : undefined;
}

const internetGateway = handler<{ readonly Tags?: readonly TagPair[] }>({
  properties: ['Tags'],
  async create(_properties, { clients, tags }) {
    const made = await clients.ec2.send(
      new CreateInternetGatewayCommand({ TagSpecifications: ec2Tags('internet-gateway', tags) }),
    );
    const id = made.InternetGateway?.InternetGatewayId ?? '';
    return { id, attributes: { InternetGatewayId: id } };
  },
  async update({ id, tags, attributes }, _properties, context) {
    await retagEc2(id, tags, context);
    return attributes;
  },
  async delete({ id }, { clients }) {
    await clients.ec2.send(new DeleteInternetGatewayCommand({ InternetGatewayId: id }));
  },
});

interface GatewayAttachment {
  readonly VpcId: string;
  readonly InternetGatewayId: string;
}

const gatewayAttachment = handler<GatewayAttachment>({
  properties: ['VpcId', 'InternetGatewayId'],
  async create({ VpcId, InternetGatewayId }, { clients }) {
    await clients.ec2.send(new AttachInternetGatewayCommand({ VpcId, InternetGatewayId }));
    return { id: `IGW|${VpcId}`, attributes: { AttachmentType: 'IGW' } };
  },
  async update({ properties: before, attributes }, { VpcId, InternetGatewayId }, { clients }) {
    await clients.ec2.send(new DetachInternetGatewayCommand({ ...before }));
    await clients.ec2.send(new AttachInternetGatewayCommand({ VpcId, InternetGatewayId }));
    return attributes;
  },
  async delete({ properties: { VpcId, InternetGatewayId } }, { clients }) {
    // EC2 returns Gateway.NotAttached for a gateway that somebody detached by hand.
    const call = clients.ec2.send(new DetachInternetGatewayCommand({ VpcId, InternetGatewayId }));
    await ignoreMissing(call);
  },
});

export const networkHandlers = {
  'AWS::EC2::VPC': vpc,
  'AWS::EC2::VPCCidrBlock': vpcCidrBlock,
  'AWS::EC2::InternetGateway': internetGateway,
  'AWS::EC2::VPCGatewayAttachment': gatewayAttachment,
};
