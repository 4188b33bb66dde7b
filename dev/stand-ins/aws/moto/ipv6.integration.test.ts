import {
  AssignIpv6AddressesCommand,
  AssociateSubnetCidrBlockCommand,
  AssociateVpcCidrBlockCommand,
  AttachNetworkInterfaceCommand,
  CreateNetworkInterfaceCommand,
  type CreateNetworkInterfaceCommandInput,
  CreateRouteTableCommand,
  CreateSubnetCommand,
  CreateVpcCommand,
  DeleteNetworkInterfaceCommand,
  DescribeInstancesCommand,
  DescribeNetworkInterfacesCommand,
  DescribeRouteTablesCommand,
  DescribeSubnetsCommand,
  DescribeVpcsCommand,
  DisassociateSubnetCidrBlockCommand,
  DisassociateVpcCidrBlockCommand,
  ModifySubnetAttributeCommand,
  RunInstancesCommand,
  UnassignIpv6AddressesCommand,
} from '@aws-sdk/client-ec2';
import ipaddr from 'ipaddr.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Clients, clientsOf, REGION, startTestMoto } from '../testing/local-aws.ts';
import type { Moto } from './moto.ts';

let moto: Moto;
let ec2: Clients['ec2'];
let vpcId: string;
let vpcBlock: string;
let subnetId: string;

beforeAll(async () => {
  moto = (await startTestMoto()).moto;
  ec2 = clientsOf(moto.url).ec2;
  vpcId = text((await ec2.send(new CreateVpcCommand({ CidrBlock: '10.0.0.0/16' }))).Vpc?.VpcId);
  vpcBlock = (await associateVpc()).block;
  subnetId = await makeSubnet('10.0.4.0/24');
  await associate(subnetId, nth(4));
});

afterAll(() => moto?.stop());

describe('the IPv6 block of a VPC', () => {
  it('is a /56 with a local route in each route table, and there is one only', async () => {
    expect(vpcBlock).toMatch(/^2400:6500:[0-9a-f:]+::\/56$/);
    expect(ipaddr.IPv6.networkAddressFromCIDR(vpcBlock).toString()).toBe(vpcBlock.split('/')[0]);
    await ec2.send(new CreateRouteTableCommand({ VpcId: vpcId }));
    const { RouteTables = [] } = await ec2.send(new DescribeRouteTablesCommand(ofVpc()));
    expect(RouteTables).toHaveLength(2);
    for (const { Routes } of RouteTables) {
      expect(Routes).toContainEqual(
        expect.objectContaining({ DestinationIpv6CidrBlock: vpcBlock, GatewayId: 'local' }),
      );
    }
    await expect(associateVpc()).rejects.toMatchObject({ name: 'CidrLimitExceeded' });
  });

  it('goes with its routes, unless a subnet is in it', async () => {
    const { Vpc } = await ec2.send(new CreateVpcCommand({ CidrBlock: '10.1.0.0/16' }));
    const other = text(Vpc?.VpcId);
    const { id, block } = await associateVpc(other);
    const inside = block.replace('::/56', '::/64');
    const subnet = await makeSubnet('10.1.0.0/24', { VpcId: other, Ipv6CidrBlock: inside });
    const leave = () => ec2.send(new DisassociateVpcCidrBlockCommand({ AssociationId: id }));
    await expect(leave()).rejects.toMatchObject({
      name: 'InvalidCidrBlock.InUse',
      message: `The vpc ${other} currently has a subnet within CIDR block ${block}`,
    });
    const [association] = await associationsOf(subnet);
    await ec2.send(
      new DisassociateSubnetCidrBlockCommand({ AssociationId: association?.AssociationId }),
    );
    expect((await leave()).Ipv6CidrBlockAssociation?.Ipv6CidrBlockState?.State).toBe(
      'disassociating',
    );
    await ec2.send(new CreateRouteTableCommand({ VpcId: other }));
    const { RouteTables = [] } = await ec2.send(new DescribeRouteTablesCommand(ofVpc(other)));
    const destinations = RouteTables.flatMap(({ Routes = [] }) =>
      Routes.map((route) => route.DestinationIpv6CidrBlock ?? route.DestinationCidrBlock),
    );
    expect(destinations).toEqual(['10.1.0.0/16', '10.1.0.0/16']);
    const { Vpcs } = await ec2.send(new DescribeVpcsCommand({ VpcIds: [other] }));
    expect(
      Vpcs?.[0]?.Ipv6CidrBlockAssociationSet?.map((one) => one.Ipv6CidrBlockState?.State),
    ).toEqual(['disassociated']);
  });
});

describe('the IPv6 block of a subnet', () => {
  it('is associated, described and there is one only', async () => {
    expect(await associationsOf(subnetId)).toEqual([
      expect.objectContaining({
        Ipv6CidrBlock: nth(4),
        Ipv6CidrBlockState: { State: 'associated' },
        AssociationId: expect.stringMatching(/^subnet-cidr-assoc-/),
      }),
    ]);
    await expect(associate(subnetId, nth(5))).rejects.toMatchObject({
      name: 'InvalidParameterValue',
    });
  });

  it.each([
    ['outside the block of the VPC', () => '2001:db8::/64', 'InvalidSubnet.Range'],
    ['of another subnet', () => nth(4), 'InvalidSubnet.Conflict'],
    ['around that of another subnet', () => nth(0, 60), 'InvalidSubnet.Conflict'],
    ['of another size', () => nth(9, 66), 'InvalidParameterValue'],
    ['that is none', () => '10.0.9.0/24', 'InvalidParameterValue'],
  ])('is not one %s', async (_, block, name) => {
    const other = await makeSubnet(`10.0.${100 + spare++}.0/24`);
    await expect(associate(other, block())).rejects.toMatchObject({ name });
    expect(await associationsOf(other)).toEqual([]);
  });

  it('stays while an interface has an address or a prefix of it', async () => {
    const other = await makeSubnet('10.0.9.0/24');
    const association = await associate(other, nth(9));
    const id = await makeInterface({ SubnetId: other, Ipv6PrefixCount: 1 });
    const leave = () =>
      ec2.send(new DisassociateSubnetCidrBlockCommand({ AssociationId: association }));
    await expect(leave()).rejects.toMatchObject({ name: 'InvalidCidrBlock.InUse' });
    await ec2.send(new DeleteNetworkInterfaceCommand({ NetworkInterfaceId: id }));
    await setAutomatic(other, true);
    await expect(leave()).rejects.toThrow(
      `The subnet IPv6 CIDR block with association ID ${association} may not be disassociated, because its subnet has assign-ipv6-address-on-creation set to true.`,
    );
    await setAutomatic(other, false);
    await leave();
    expect(await associationsOf(other)).toEqual([]);
    await associate(other, nth(9));
  });
});

describe('network interfaces', () => {
  it('get prefixes of their subnet, which nobody else has', async () => {
    const ids = [
      await makeInterface({ Ipv6PrefixCount: 2 }),
      await makeInterface({ Ipv6PrefixCount: 1, Ipv4PrefixCount: 1 }),
    ];
    const found = (await Promise.all(ids.map(prefixesOf))).flat();
    expect(new Set(found).size).toBe(3);
    for (const prefix of found) {
      const [address, length] = ipaddr.IPv6.parseCIDR(prefix);
      expect(length).toBe(80);
      expect(address.match(ipaddr.IPv6.parseCIDR(nth(4)))).toBe(true);
    }
    const [taken = ''] = found;
    await expect(makeInterface({ Ipv6Prefixes: [{ Ipv6Prefix: taken }] })).rejects.toMatchObject({
      name: 'InvalidParameterValue',
    });
    const inside = taken.replace('::/80', '::5');
    await expect(makeInterface({ Ipv6Addresses: [{ Ipv6Address: inside }] })).rejects.toThrow(
      'part of a prefix',
    );
    await remove(...ids);
  });

  it('get prefixes and addresses later, and give them back', async () => {
    const id = await makeInterface({});
    const prefix = nth(4).replace('::/64', ':abcd::/80');
    const change = (more: object) =>
      ec2.send(new AssignIpv6AddressesCommand({ NetworkInterfaceId: id, ...more }));
    expect((await change({ Ipv6Prefixes: [prefix] })).AssignedIpv6Prefixes).toEqual([prefix]);
    const { AssignedIpv6Prefixes: [more = ''] = [] } = await change({ Ipv6PrefixCount: 1 });
    const { AssignedIpv6Addresses: [address = ''] = [] } = await change({ Ipv6AddressCount: 1 });
    expect(await prefixesOf(id)).toEqual([prefix, more]);
    expect((await describeInterface(id))?.Ipv6Addresses).toEqual([
      expect.objectContaining({ Ipv6Address: address }),
    ]);
    const undone = { NetworkInterfaceId: id, Ipv6Prefixes: [more], Ipv6Addresses: [address] };
    const answer = await ec2.send(new UnassignIpv6AddressesCommand(undone));
    expect(answer.UnassignedIpv6Prefixes).toEqual([more]);
    expect(await prefixesOf(id)).toEqual([prefix]);
    await expect(ec2.send(new UnassignIpv6AddressesCommand(undone))).rejects.toMatchObject({
      name: 'InvalidParameterValue',
    });
    await remove(id);
  });

  it('are asked for one kind of IPv6 address in one call', async () => {
    await expect(makeInterface({ Ipv6PrefixCount: 1, Ipv6AddressCount: 1 })).rejects.toThrow(
      'You can and can only specify one of ipv6-addresses or ipv6-addresses-count',
    );
    const { NetworkInterfaces } = await ec2.send(new DescribeNetworkInterfacesCommand({}));
    expect(NetworkInterfaces).toEqual([]);
  });

  it.each([
    ['the first of its subnet', () => nth(4).replace('/64', '/80')],
    ['of another subnet', () => nth(5).replace('::/64', ':1::/80')],
    ['of another size', () => nth(4).replace('::/64', ':1::/79')],
  ])('do not get a prefix that is %s', async (_, Ipv6Prefix) => {
    await expect(
      makeInterface({ Ipv6Prefixes: [{ Ipv6Prefix: Ipv6Prefix() }] }),
    ).rejects.toMatchObject({ name: 'InvalidParameterValue' });
  });

  it('get none in a subnet without IPv6, and are not made then', async () => {
    const SubnetId = await makeSubnet('10.0.20.0/24');
    await expect(makeInterface({ SubnetId, Ipv6PrefixCount: 1 })).rejects.toMatchObject({
      name: 'InvalidParameterValue',
    });
    const Filters = [{ Name: 'subnet-id', Values: [SubnetId] }];
    const found = await ec2.send(new DescribeNetworkInterfacesCommand({ Filters }));
    expect(found.NetworkInterfaces).toEqual([]);
  });

  it('are made once per client token', async () => {
    const once = { ClientToken: 'i-1/eth1', Ipv6PrefixCount: 1 };
    const id = await makeInterface(once);
    expect(await makeInterface(once)).toBe(id);
    expect(await prefixesOf(id)).toHaveLength(1);
    await remove(id);
  });

  it('get an address by themselves where the subnet says so, unless they ask for a prefix', async () => {
    const SubnetId = await makeSubnet('10.0.22.0/24');
    await associate(SubnetId, nth(22));
    await setAutomatic(SubnetId, true);
    const one = await makeInterface({ SubnetId });
    const other = await makeInterface({ SubnetId, Ipv6PrefixCount: 1 });
    expect((await describeInterface(one))?.Ipv6Addresses).toHaveLength(1);
    expect((await describeInterface(other))?.Ipv6Addresses).toEqual([]);
    await remove(one, other);
  });
});

describe('instance types', () => {
  it('limit addresses and prefixes together, before and after attaching', async () => {
    const InstanceId = await launch('t3.nano');
    const tooMany = await makeInterface({ Ipv6PrefixCount: 3 });
    const attach = (NetworkInterfaceId: string) =>
      ec2.send(
        new AttachNetworkInterfaceCommand({ NetworkInterfaceId, InstanceId, DeviceIndex: 1 }),
      );
    await expect(attach(tooMany)).rejects.toMatchObject({ name: 'PrivateIpAddressLimitExceeded' });
    const id = await makeInterface({ Ipv6PrefixCount: 1 });
    await attach(id);
    const more = (Ipv6PrefixCount: number) =>
      ec2.send(new AssignIpv6AddressesCommand({ NetworkInterfaceId: id, Ipv6PrefixCount }));
    await more(1);
    await expect(more(1)).rejects.toMatchObject({ name: 'PrivateIpAddressLimitExceeded' });
    const { Reservations } = await ec2.send(
      new DescribeInstancesCommand({ InstanceIds: [InstanceId] }),
    );
    const [, second] = Reservations?.[0]?.Instances?.[0]?.NetworkInterfaces ?? [];
    expect(second?.Ipv6Prefixes).toHaveLength(2);
  });

  it.each([
    ['m1.small', 'InvalidParameterCombination'],
    ['t2.medium', 'Unsupported'],
  ] as const)('of an older kind take no prefix: %s', async (type, name) => {
    const InstanceId = await launch(type);
    const NetworkInterfaceId = await makeInterface({ Ipv6PrefixCount: 1 });
    await expect(
      ec2.send(
        new AttachNetworkInterfaceCommand({ NetworkInterfaceId, InstanceId, DeviceIndex: 1 }),
      ),
    ).rejects.toMatchObject({ name });
  });
});

/** Numbers for subnets that tests need once. */
let spare = 0;

/** The nth /64 of the VPC's block, or the block of another size that begins there. */
function nth(n: number, length = 64): string {
  const parts = ipaddr.IPv6.parse(vpcBlock.split('/')[0] ?? '').parts;
  parts[3] = (parts[3] ?? 0) + n;
  return `${new ipaddr.IPv6(parts).toString()}/${length}`;
}

function ofVpc(id = vpcId) {
  return { Filters: [{ Name: 'vpc-id', Values: [id] }] };
}

async function associateVpc(VpcId = vpcId) {
  const { Ipv6CidrBlockAssociation: made } = await ec2.send(
    new AssociateVpcCidrBlockCommand({ VpcId, AmazonProvidedIpv6CidrBlock: true }),
  );
  expect(made?.Ipv6CidrBlockState?.State).toBe('associating');
  return { id: text(made?.AssociationId), block: text(made?.Ipv6CidrBlock) };
}

async function associate(SubnetId: string, Ipv6CidrBlock: string): Promise<string> {
  const { Ipv6CidrBlockAssociation: made } = await ec2.send(
    new AssociateSubnetCidrBlockCommand({ SubnetId, Ipv6CidrBlock }),
  );
  expect(made).toMatchObject({ Ipv6CidrBlock, Ipv6CidrBlockState: { State: 'associating' } });
  return text(made?.AssociationId);
}

async function associationsOf(id: string) {
  const { Subnets } = await ec2.send(new DescribeSubnetsCommand({ SubnetIds: [id] }));
  return Subnets?.[0]?.Ipv6CidrBlockAssociationSet ?? [];
}

function setAutomatic(SubnetId: string, Value: boolean) {
  const change = { SubnetId, AssignIpv6AddressOnCreation: { Value } };
  return ec2.send(new ModifySubnetAttributeCommand(change));
}

async function makeSubnet(CidrBlock: string, more: object = {}): Promise<string> {
  const where = { VpcId: vpcId, CidrBlock, AvailabilityZone: `${REGION}a`, ...more };
  return text((await ec2.send(new CreateSubnetCommand(where))).Subnet?.SubnetId);
}

async function makeInterface(input: Partial<CreateNetworkInterfaceCommandInput>): Promise<string> {
  const made = await ec2.send(new CreateNetworkInterfaceCommand({ SubnetId: subnetId, ...input }));
  return text(made.NetworkInterface?.NetworkInterfaceId);
}

async function describeInterface(id: string) {
  const found = await ec2.send(new DescribeNetworkInterfacesCommand({ NetworkInterfaceIds: [id] }));
  return found.NetworkInterfaces?.[0];
}

async function prefixesOf(id: string): Promise<readonly string[]> {
  const found = await describeInterface(id);
  return (found?.Ipv6Prefixes ?? []).map(({ Ipv6Prefix }) => text(Ipv6Prefix));
}

async function launch(InstanceType: 't3.nano' | 'm1.small' | 't2.medium'): Promise<string> {
  const run = { ImageId: 'ami-0123456789abcdef0', MinCount: 1, MaxCount: 1, SubnetId: subnetId };
  const { Instances } = await ec2.send(new RunInstancesCommand({ ...run, InstanceType }));
  return text(Instances?.[0]?.InstanceId);
}

async function remove(...ids: readonly string[]) {
  for (const NetworkInterfaceId of ids) {
    await ec2.send(new DeleteNetworkInterfaceCommand({ NetworkInterfaceId }));
  }
}

function text(value: string | undefined): string {
  if (value === undefined) throw new Error('expected a value');
  return value;
}
