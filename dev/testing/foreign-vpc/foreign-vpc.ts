import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  AuthorizeSecurityGroupIngressCommand,
  CreateNetworkAclCommand,
  CreateNetworkAclEntryCommand,
  CreateNetworkInterfaceCommand,
  CreateSubnetCidrReservationCommand,
  DescribeNetworkAclsCommand,
  EC2Client,
  ReplaceNetworkAclAssociationCommand,
} from '@aws-sdk/client-ec2';
import { installStack, OWNER, type Owner } from '../../stand-ins/aws/owner-stacks.ts';
import { CHECKOUT } from '../../tools/checkout.ts';

const TEMPLATE = join(CHECKOUT, 'dev', 'testing', 'foreign-vpc', 'platform-vpc.yaml');

/** The VPC of another team, and what the tests change in it. */
export interface ForeignVpc {
  readonly vpcId: string;
  readonly sharedGroupId: string;
  readonly privateSubnetId: string;
  readonly mediaSubnetId: string;
  /** The network ACL of one private subnet. */
  readonly networkAclId: string;
  readonly privateRouteTableB: string;
  readonly ec2: EC2Client;
}

/** The inputs of provision for this VPC: the first Multus network is made in it, the second is there already. */
export function foreignVpcInputs({ vpcId }: Pick<ForeignVpc, 'vpcId'>) {
  return {
    'vpc-id': vpcId,
    'vpc-cidr': '',
    'private-subnets': 'tag:kubernetes.io/role/internal-elb=1',
    'multus-networks': '2',
    'multus-subnets': '[[], [tag:network=media]]',
    'subnet-cidrs': 'multus: [[192.168.200.0/24, 192.168.201.0/24], []]',
  } as const;
}

/**
 * Makes the VPC of another team: the template, then by hand a network ACL for one private subnet, a rule of a group, a range
 * that is reserved for prefixes in one subnet for media, and an interface that nothing uses.
 *
 * @param openTo what the tag that opens the VPC says; something else than the prefix of environments closes it
 */
export async function makeForeignVpc(owner: Owner, openTo = 'eks-multus-'): Promise<ForeignVpc> {
  const template = await readFile(TEMPLATE, 'utf8');
  const parameters = { OpenTo: openTo };
  const name = 'eksctl-platform-cluster';
  const made = await installStack(owner, { name, template, parameters });
  const ec2 = new EC2Client({ ...owner, credentials: OWNER });
  const of = (output: string) => made[output] ?? '';
  const [vpcId, group, media] = [of('VPC'), of('SharedNodeSecurityGroup'), of('SubnetMediaA')];
  const networkAclId = await guardSubnet(ec2, vpcId, of('SubnetPrivateA'));
  await ec2.send(
    new AuthorizeSecurityGroupIngressCommand({
      GroupId: group,
      IpPermissions: [
        { IpProtocol: 'tcp', FromPort: 22, ToPort: 22, IpRanges: [{ CidrIp: '192.168.0.0/16' }] },
      ],
    }),
  );
  await ec2.send(
    new CreateSubnetCidrReservationCommand({
      SubnetId: media,
      Cidr: '192.168.192.128/25',
      ReservationType: 'prefix',
      Description: 'Prefixes of the platform team',
    }),
  );
  await ec2.send(
    new CreateNetworkInterfaceCommand({
      SubnetId: of('SubnetPrivateA'),
      // An older VPC CNI leaves interfaces with this description and no tag.
      Description: 'aws-K8S-i-0123456789abcdef0',
      Groups: [group],
    }),
  );
  return {
    vpcId,
    sharedGroupId: group,
    privateSubnetId: of('SubnetPrivateA'),
    mediaSubnetId: media,
    networkAclId,
    privateRouteTableB: of('PrivateRouteTableB'),
    ec2,
  };
}

/** Gives the subnet an ACL of its own, which lets everything pass. */
async function guardSubnet(ec2: EC2Client, VpcId: string, subnetId: string): Promise<string> {
  const { NetworkAcl } = await ec2.send(new CreateNetworkAclCommand({ VpcId }));
  const NetworkAclId = NetworkAcl?.NetworkAclId ?? '';
  for (const Egress of [true, false]) {
    const rule = {
      NetworkAclId,
      Egress,
      RuleNumber: 100,
      Protocol: '-1',
      RuleAction: 'allow',
    } as const;
    await ec2.send(new CreateNetworkAclEntryCommand({ ...rule, CidrBlock: '0.0.0.0/0' }));
  }
  const { NetworkAcls = [] } = await ec2.send(
    new DescribeNetworkAclsCommand({
      Filters: [{ Name: 'association.subnet-id', Values: [subnetId] }],
    }),
  );
  const found = NetworkAcls.flatMap(({ Associations = [] }) => Associations);
  const AssociationId = found.find((one) => one.SubnetId === subnetId)?.NetworkAclAssociationId;
  await ec2.send(new ReplaceNetworkAclAssociationCommand({ AssociationId, NetworkAclId }));
  return NetworkAclId;
}
