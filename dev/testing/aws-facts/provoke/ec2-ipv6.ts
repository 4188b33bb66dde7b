import {
  AssignIpv6AddressesCommand,
  AssociateSubnetCidrBlockCommand,
  AssociateVpcCidrBlockCommand,
  AttachNetworkInterfaceCommand,
  CreateNetworkInterfaceCommand,
  type CreateNetworkInterfaceCommandInput,
  CreateSubnetCommand,
  CreateVpcCommand,
  DisassociateSubnetCidrBlockCommand,
  DisassociateVpcCidrBlockCommand,
  ModifySubnetAttributeCommand,
  RunInstancesCommand,
} from '@aws-sdk/client-ec2';
import { REGION } from '../../../stand-ins/aws/testing/local-aws.ts';
import type { Provocations, World } from './world.ts';

const ec2 = ({ clients }: World) => clients.ec2;

/** A VPC of its own with a block of Amazon. */
async function vpc(world: World) {
  const { Vpc } = await ec2(world).send(new CreateVpcCommand({ CidrBlock: '10.10.0.0/16' }));
  const VpcId = Vpc?.VpcId ?? '';
  const { Ipv6CidrBlockAssociation: made } = await ec2(world).send(
    new AssociateVpcCidrBlockCommand({ VpcId, AmazonProvidedIpv6CidrBlock: true }),
  );
  return { VpcId, id: made?.AssociationId, block: made?.Ipv6CidrBlock ?? '' };
}

async function plainSubnet(world: World, VpcId: string, n = 0): Promise<string> {
  const where = { VpcId, CidrBlock: `10.10.${n}.0/24`, AvailabilityZone: `${REGION}a` };
  return (await ec2(world).send(new CreateSubnetCommand(where))).Subnet?.SubnetId ?? '';
}

async function associate(world: World, SubnetId: string, Ipv6CidrBlock: string) {
  return ec2(world).send(new AssociateSubnetCidrBlockCommand({ SubnetId, Ipv6CidrBlock }));
}

/** A subnet with the first /64 of a VPC of its own. */
async function subnet(world: World) {
  const found = await vpc(world);
  const SubnetId = await plainSubnet(world, found.VpcId);
  const first = found.block.replace('/56', '/64');
  const { Ipv6CidrBlockAssociation: made } = await associate(world, SubnetId, first);
  return { ...found, SubnetId, first, association: made?.AssociationId };
}

function eni(world: World, SubnetId: string, more: Partial<CreateNetworkInterfaceCommandInput>) {
  return ec2(world).send(new CreateNetworkInterfaceCommand({ SubnetId, ...more }));
}

/** An interface with prefixes, attached to an instance. */
async function attached(
  world: World,
  InstanceType: 't3.nano' | 'm1.small' | 't2.medium',
  Ipv6PrefixCount: number,
) {
  const { SubnetId } = await subnet(world);
  const { NetworkInterface } = await eni(world, SubnetId, { Ipv6PrefixCount });
  const NetworkInterfaceId = NetworkInterface?.NetworkInterfaceId ?? '';
  const run = { ImageId: 'ami-0123456789abcdef0', MinCount: 1, MaxCount: 1, SubnetId };
  const { Instances } = await ec2(world).send(new RunInstancesCommand({ ...run, InstanceType }));
  const InstanceId = Instances?.[0]?.InstanceId ?? '';
  await ec2(world).send(
    new AttachNetworkInterfaceCommand({ NetworkInterfaceId, InstanceId, DeviceIndex: 1 }),
  );
  return NetworkInterfaceId;
}

function leave(world: World, AssociationId: string | undefined) {
  return ec2(world).send(new DisassociateSubnetCidrBlockCommand({ AssociationId }));
}

/** How to provoke the answers of EC2 about IPv6. */
export const EC2_IPV6: Provocations = {
  'ipv6-block-of-amazon': async (world) => {
    const { Vpc } = await ec2(world).send(new CreateVpcCommand({ CidrBlock: '10.10.0.0/16' }));
    const block = { VpcId: Vpc?.VpcId, AmazonProvidedIpv6CidrBlock: true };
    return ec2(world).send(new AssociateVpcCidrBlockCommand(block));
  },
  'ipv6-block-outside': async (world) =>
    associate(world, await plainSubnet(world, (await vpc(world)).VpcId), '2001:db8::/64'),
  'ipv6-block-of-another-size': async (world) => {
    const { VpcId, block } = await vpc(world);
    return associate(world, await plainSubnet(world, VpcId), block.replace('/56', '/66'));
  },
  'ipv6-block-of-another-subnet': async (world) => {
    const { VpcId, first } = await subnet(world);
    return associate(world, await plainSubnet(world, VpcId, 1), first);
  },
  'second-ipv6-block': async (world) => {
    const { SubnetId, first } = await subnet(world);
    return associate(world, SubnetId, first.replace('00::', '01::'));
  },
  'ipv6-block-of-vpc-in-use': async (world) => {
    const { id } = await subnet(world);
    return ec2(world).send(new DisassociateVpcCidrBlockCommand({ AssociationId: id }));
  },
  'ipv6-block-gives-addresses': async (world) => {
    const { SubnetId, association } = await subnet(world);
    const change = { SubnetId, AssignIpv6AddressOnCreation: { Value: true } };
    await ec2(world).send(new ModifySubnetAttributeCommand(change));
    return leave(world, association);
  },
  'ipv6-block-of-subnet-in-use': async (world) => {
    const { SubnetId, association } = await subnet(world);
    await eni(world, SubnetId, { Ipv6PrefixCount: 1 });
    return leave(world, association);
  },
  'ipv6-prefix-of-interface': async (world) =>
    eni(world, (await subnet(world)).SubnetId, { Ipv6PrefixCount: 1 }),
  'ipv6-prefixes-assigned': async (world) => {
    const { NetworkInterface } = await eni(world, (await subnet(world)).SubnetId, {
      Ipv6PrefixCount: 1,
    });
    const NetworkInterfaceId = NetworkInterface?.NetworkInterfaceId;
    return ec2(world).send(
      new AssignIpv6AddressesCommand({ NetworkInterfaceId, Ipv6PrefixCount: 1 }),
    );
  },
  'ipv6-addresses-and-prefixes': async (world) => {
    const both = { Ipv6PrefixCount: 1, Ipv6AddressCount: 1 };
    return eni(world, (await subnet(world)).SubnetId, both);
  },
  'subnet-without-ipv6': async (world) => {
    const SubnetId = await plainSubnet(world, (await vpc(world)).VpcId);
    return eni(world, SubnetId, { Ipv6PrefixCount: 1 });
  },
  'ipv6-addresses-of-type-used-up': async (world) => {
    const NetworkInterfaceId = await attached(world, 't3.nano', 2);
    return ec2(world).send(
      new AssignIpv6AddressesCommand({ NetworkInterfaceId, Ipv6PrefixCount: 1 }),
    );
  },
  'type-without-ipv6': async (world) => attached(world, 'm1.small', 1),
  'type-without-prefixes': async (world) => attached(world, 't2.medium', 1),
};
