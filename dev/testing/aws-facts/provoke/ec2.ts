import {
  AssignPrivateIpAddressesCommand,
  AssociateVpcCidrBlockCommand,
  AttachNetworkInterfaceCommand,
  CreateNetworkInterfaceCommand,
  type CreateNetworkInterfaceCommandInput,
  CreateRouteCommand,
  CreateRouteTableCommand,
  CreateSecurityGroupCommand,
  CreateSubnetCidrReservationCommand,
  CreateSubnetCommand,
  CreateTransitGatewayCommand,
  CreateVpcCommand,
  DeleteNetworkInterfaceCommand,
  DeleteSecurityGroupCommand,
  DeleteSubnetCommand,
  DeleteVpcCommand,
  DescribeLaunchTemplateVersionsCommand,
  DescribeNetworkInterfacesCommand,
  DisassociateVpcCidrBlockCommand,
  RunInstancesCommand,
} from '@aws-sdk/client-ec2';
import { REGION } from '../../../stand-ins/aws/testing/local-aws.ts';
import type { Provocations, World } from './world.ts';

const ec2 = ({ clients }: World) => clients.ec2;

/** A VPC for the facts of this file; each one takes subnets of its own. */
const vpcs = new WeakMap<World, Promise<string>>();
export function vpcOf(world: World): Promise<string> {
  const made = async () => {
    const { Vpc } = await ec2(world).send(new CreateVpcCommand({ CidrBlock: '10.9.0.0/16' }));
    return Vpc?.VpcId ?? '';
  };
  const found = vpcs.get(world) ?? made();
  vpcs.set(world, found);
  return found;
}

export async function subnet(world: World, CidrBlock: string, zone = 'a'): Promise<string> {
  const where = { VpcId: await vpcOf(world), AvailabilityZone: `${REGION}${zone}`, CidrBlock };
  const { Subnet } = await ec2(world).send(new CreateSubnetCommand(where));
  return Subnet?.SubnetId ?? '';
}

async function eni(
  world: World,
  SubnetId: string,
  more: Partial<CreateNetworkInterfaceCommandInput> = {},
) {
  const answer = await ec2(world).send(new CreateNetworkInterfaceCommand({ SubnetId, ...more }));
  return answer.NetworkInterface?.NetworkInterfaceId ?? '';
}

async function instance(world: World, SubnetId: string, InstanceType: 't3.medium' | 't3.nano') {
  const run = {
    ImageId: 'ami-0123456789abcdef0',
    MinCount: 1,
    MaxCount: 1,
    InstanceType,
    SubnetId,
  };
  const { Instances = [] } = await ec2(world).send(new RunInstancesCommand(run));
  return Instances[0]?.InstanceId ?? '';
}

const attach = (
  world: World,
  NetworkInterfaceId: string,
  InstanceId: string,
  DeviceIndex: number,
) =>
  ec2(world).send(
    new AttachNetworkInterfaceCommand({ NetworkInterfaceId, InstanceId, DeviceIndex }),
  );

async function group(world: World, GroupName: string): Promise<string> {
  const made = { GroupName, Description: 'facts', VpcId: await vpcOf(world) };
  const { GroupId = '' } = await ec2(world).send(new CreateSecurityGroupCommand(made));
  return GroupId;
}

async function addRange(world: World, CidrBlock: string) {
  const range = { VpcId: await vpcOf(world), CidrBlock };
  return ec2(world).send(new AssociateVpcCidrBlockCommand(range));
}

/** How to provoke the answers of EC2. */
export const EC2: Provocations = {
  'attachment-limit': async (world) => {
    const where = await subnet(world, '10.9.0.0/24');
    const node = await instance(world, where, 't3.nano');
    await attach(world, await eni(world, where), node, 1);
    return attach(world, await eni(world, where), node, 2);
  },
  'interface-in-use': async (world) => {
    const where = await subnet(world, '10.9.1.0/24');
    const taken = await eni(world, where);
    await attach(world, taken, await instance(world, where, 't3.medium'), 1);
    return attach(world, taken, await instance(world, where, 't3.medium'), 1);
  },
  'device-index-taken': async (world) => {
    const where = await subnet(world, '10.9.2.0/24');
    const node = await instance(world, where, 't3.medium');
    await attach(world, await eni(world, where), node, 1);
    return attach(world, await eni(world, where), node, 1);
  },
  'no-room-for-prefix': async (world) =>
    eni(world, await subnet(world, '10.9.3.0/28'), { Ipv4PrefixCount: 1 }),
  'subnet-full': async (world) => {
    const where = await subnet(world, '10.9.3.16/28');
    for (;;) await eni(world, where);
  },
  'addresses-of-type-used-up': async (world) => {
    const where = await subnet(world, '10.9.4.0/24');
    const id = await eni(world, where);
    await attach(world, id, await instance(world, where, 't3.nano'), 1);
    const more = { NetworkInterfaceId: id, SecondaryPrivateIpAddressCount: 9 };
    return ec2(world).send(new AssignPrivateIpAddressesCommand(more));
  },
  'instance-not-known-yet': async (world) => {
    const id = await eni(world, await subnet(world, '10.9.5.0/24'));
    return attach(world, id, 'i-0123456789abcdef0', 1);
  },
  'interface-unknown': (world) =>
    ec2(world).send(new DeleteNetworkInterfaceCommand({ NetworkInterfaceId: 'eni-0d834cdcf' })),
  'interface-held-by-service': async (world) => {
    const where = await subnet(world, '10.9.6.0/24');
    const id = await eni(world, where);
    await attach(world, id, await instance(world, where, 't3.medium'), 1);
    return ec2(world).send(new DeleteNetworkInterfaceCommand({ NetworkInterfaceId: id }));
  },
  'interface-unattached': async (world) => {
    const id = await eni(world, await subnet(world, '10.9.7.0/24'));
    return ec2(world).send(new DescribeNetworkInterfacesCommand({ NetworkInterfaceIds: [id] }));
  },
  'group-in-use': async (world) => {
    const GroupId = await group(world, 'used');
    await eni(world, await subnet(world, '10.9.9.0/24'), { Groups: [GroupId] });
    return ec2(world).send(new DeleteSecurityGroupCommand({ GroupId }));
  },
  'group-unknown': (world) =>
    ec2(world).send(new DeleteSecurityGroupCommand({ GroupId: 'sg-22992c53' })),
  'subnet-in-use': async (world) => {
    const SubnetId = await subnet(world, '10.9.10.0/24');
    await eni(world, SubnetId);
    return ec2(world).send(new DeleteSubnetCommand({ SubnetId }));
  },
  'subnet-unknown': (world) =>
    ec2(world).send(new DeleteSubnetCommand({ SubnetId: 'subnet-056d542a687f866ee' })),
  'vpc-in-use': async (world) => {
    await subnet(world, '10.9.11.0/24');
    return ec2(world).send(new DeleteVpcCommand({ VpcId: await vpcOf(world) }));
  },
  'launch-template-unknown': (world) =>
    ec2(world).send(
      new DescribeLaunchTemplateVersionsCommand({ LaunchTemplateId: 'lt-0a49586208137d8de' }),
    ),
  'prefixes-from-reservation': async (world) => {
    const SubnetId = await subnet(world, '10.9.8.0/24');
    const reservation = { SubnetId, Cidr: '10.9.8.128/25', ReservationType: 'prefix' } as const;
    await ec2(world).send(new CreateSubnetCidrReservationCommand(reservation));
    return ec2(world).send(new CreateNetworkInterfaceCommand({ SubnetId, Ipv4PrefixCount: 1 }));
  },
  'transit-gateway-not-attached': async (world) => {
    const { TransitGateway } = await ec2(world).send(new CreateTransitGatewayCommand({}));
    const { RouteTable } = await ec2(world).send(
      new CreateRouteTableCommand({ VpcId: await vpcOf(world) }),
    );
    return ec2(world).send(
      new CreateRouteCommand({
        RouteTableId: RouteTable?.RouteTableId,
        DestinationCidrBlock: '10.20.0.0/16',
        TransitGatewayId: TransitGateway?.TransitGatewayId,
      }),
    );
  },
  'range-restricted': async (world) => addRange(world, '192.168.0.0/16'),
  'range-in-use': async (world) => {
    const { CidrBlockAssociation } = await addRange(world, '100.64.0.0/16');
    await subnet(world, '100.64.0.0/24');
    const { AssociationId } = CidrBlockAssociation ?? {};
    return ec2(world).send(new DisassociateVpcCidrBlockCommand({ AssociationId }));
  },
  'ec2-denied': ({ denied }) =>
    denied.ec2.send(new DeleteNetworkInterfaceCommand({ NetworkInterfaceId: 'eni-1' })),
  'ec2-expired': ({ ended }) => ended.ec2.send(new DescribeNetworkInterfacesCommand({})),
  'ec2-throttled': ({ throttled }) => throttled.ec2.send(new DescribeNetworkInterfacesCommand({})),
};
