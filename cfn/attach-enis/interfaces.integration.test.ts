import {
  AssociateSubnetCidrBlockCommand,
  AssociateVpcCidrBlockCommand,
  AttachNetworkInterfaceCommand,
  CreateNetworkInterfaceCommand,
  CreateSecurityGroupCommand,
  CreateSubnetCommand,
  CreateVpcCommand,
  DescribeNetworkInterfacesCommand,
  DescribeVpcsCommand,
  type EC2Client,
  GetSubnetCidrReservationsCommand,
  RunInstancesCommand,
  TerminateInstancesCommand,
} from '@aws-sdk/client-ec2';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Moto } from '../../dev/stand-ins/aws/moto/moto.ts';
import { clientsOf, REGION, startTestMoto } from '../../dev/stand-ins/aws/testing/local-aws.ts';
import { attach, release } from './attach.ts';
import { type Interfaces, interfacesOf } from './interfaces.ts';
import { reserveWith } from './reservations.ts';
import { readSettings, type Settings } from './settings.ts';

let moto: Moto;
let ec2: EC2Client;
let privateSubnet: string;
let multusSubnets: readonly string[];
let groupId: string;
let settings: Settings;
let instanceId: string;
let interfaces: Interfaces;
const once = { attempts: 1, pause: async () => {} };

beforeAll(async () => {
  moto = (await startTestMoto()).moto;
  ec2 = clientsOf(moto.url).ec2;
  const { Vpc } = await ec2.send(new CreateVpcCommand({ CidrBlock: '10.0.0.0/16' }));
  const group = { VpcId: Vpc?.VpcId, GroupName: 'multus', Description: 'multus' };
  groupId = (await ec2.send(new CreateSecurityGroupCommand(group))).GroupId ?? '';
  const subnet = async (CidrBlock: string): Promise<string> => {
    const place = { VpcId: Vpc?.VpcId, CidrBlock, AvailabilityZone: `${REGION}a` };
    return (await ec2.send(new CreateSubnetCommand(place))).Subnet?.SubnetId ?? '';
  };
  privateSubnet = await subnet('10.0.2.0/24');
  multusSubnets = [await subnet('10.0.4.0/24'), await subnet('10.0.6.0/24')];
  await giveIpv6(Vpc?.VpcId ?? '');
  settings = readSettings({
    CLUSTER_NAME: 'eks-multus-cluster',
    SUBNET_IDS: multusSubnets.join(','),
    SECURITY_GROUP_IDS: groupId,
    PREFIXES_PER_INTERFACE: '1',
    TAGS: 'eks-multus-actions/node-group=ng1',
  });
});

/** A range of the VPC, and one of it for each Multus subnet. */
async function giveIpv6(VpcId: string): Promise<void> {
  await ec2.send(new AssociateVpcCidrBlockCommand({ VpcId, AmazonProvidedIpv6CidrBlock: true }));
  const { Vpcs: [vpc] = [] } = await ec2.send(new DescribeVpcsCommand({ VpcIds: [VpcId] }));
  const range = vpc?.Ipv6CidrBlockAssociationSet?.[0]?.Ipv6CidrBlock ?? '';
  for (const [index, SubnetId] of multusSubnets.entries()) {
    const Ipv6CidrBlock = range.replace(/00::\/56$/, `0${index}::/64`);
    await ec2.send(new AssociateSubnetCidrBlockCommand({ SubnetId, Ipv6CidrBlock }));
  }
}

afterAll(() => moto?.stop());

beforeEach(async () => {
  const { Instances } = await ec2.send(
    new RunInstancesCommand({
      ImageId: 'ami-12c6146b',
      InstanceType: 'm5.xlarge',
      SubnetId: privateSubnet,
      MinCount: 1,
      MaxCount: 1,
    }),
  );
  instanceId = Instances?.[0]?.InstanceId ?? '';
  interfaces = interfacesOf(instanceId, settings, ec2);
});

async function described() {
  const filter = { Name: 'tag:eks-multus-actions/instance', Values: [instanceId] };
  const { NetworkInterfaces } = await ec2.send(
    new DescribeNetworkInterfacesCommand({ Filters: [filter] }),
  );
  return (NetworkInterfaces ?? []).sort(
    (a, b) => (a.Attachment?.DeviceIndex ?? 0) - (b.Attachment?.DeviceIndex ?? 0),
  );
}

describe("the hook's work on EC2", () => {
  it('gives an instance an interface in each subnet, as its devices 1 and 2', async () => {
    await attach(interfaces, settings.wanted, once);
    const found = await described();
    expect(found).toMatchObject(
      multusSubnets.map((SubnetId, at) => ({
        SubnetId,
        SourceDestCheck: true,
        Groups: [{ GroupId: groupId }],
        Attachment: { InstanceId: instanceId, DeviceIndex: at + 1, DeleteOnTermination: true },
        Ipv4Prefixes: [{ Ipv4Prefix: expect.stringMatching(/\/28$/) }],
      })),
    );
    const tags = Object.fromEntries(found[0]?.TagSet?.map(({ Key, Value }) => [Key, Value]) ?? []);
    expect(tags).toMatchObject({
      Name: 'eks-multus-cluster-eth1',
      'node.k8s.amazonaws.com/no_manage': 'true',
      'eks-multus-actions/cluster': 'eks-multus-cluster',
      'eks-multus-actions/instance': instanceId,
      'eks-multus-actions/device-index': '1',
      'eks-multus-actions/node-group': 'ng1',
    });
  });

  it('takes prefixes from the part that it reserved, once', async () => {
    const SubnetId = multusSubnets[0] ?? '';
    const reserve = reserveWith(ec2);
    for (let launch = 0; launch < 2; launch += 1) await reserve(SubnetId, '10.0.4.128/25');
    const { SubnetIpv4CidrReservations: found } = await ec2.send(
      new GetSubnetCidrReservationsCommand({ SubnetId }),
    );
    expect(found).toMatchObject([{ Cidr: '10.0.4.128/25', ReservationType: 'prefix' }]);
    await attach(interfaces, settings.wanted, once);
    const [prefix] = (await described())[0]?.Ipv4Prefixes ?? [];
    expect(prefix?.Ipv4Prefix).toMatch(/^10\.0\.4\.(1[2-9]\d|2\d\d)\/28$/);
  });

  it('gives interfaces an IPv6 prefix, also those that were made without', async () => {
    const dual = settings.wanted.map((one) => ({ ...one, ipv6Prefix: true }));
    await attach(interfaces, dual.slice(0, 1), once);
    await attach(interfaces, settings.wanted, once);
    const prefixes = async () =>
      (await described()).map(({ Ipv6Prefixes = [] }) =>
        Ipv6Prefixes.map(({ Ipv6Prefix }) => Ipv6Prefix),
      );
    expect(await prefixes()).toEqual([[expect.stringMatching(/\/80$/)], []]);
    for (let event = 0; event < 2; event += 1) await attach(interfaces, dual, once);
    const [first, second] = await prefixes();
    expect([first, second]).toEqual(Array(2).fill([expect.stringMatching(/\/80$/)]));
    expect(first).not.toEqual(second);
  });

  it('takes off the check of addresses where nodes have no prefixes', async () => {
    const wanted = settings.wanted.map((one) => ({ ...one, sourceDestCheck: false }));
    await attach(interfaces, wanted, once);
    expect((await described()).map(({ SourceDestCheck }) => SourceDestCheck)).toEqual([
      false,
      false,
    ]);
  });

  it('makes nothing new when the event comes again', async () => {
    await attach(interfaces, settings.wanted, once);
    const before = await described();
    await attach(interfaces, settings.wanted, once);
    expect(await described()).toEqual(before);
  });

  it('leaves nothing when the instance is terminated', async () => {
    await attach(interfaces, settings.wanted, once);
    await ec2.send(new TerminateInstancesCommand({ InstanceIds: [instanceId] }));
    expect(await described()).toEqual([]);
  });

  it("leaves alone what was made for another instance, or is another's", async () => {
    const [SubnetId = ''] = multusSubnets;
    const { NetworkInterface: moved } = await ec2.send(
      new CreateNetworkInterfaceCommand({
        SubnetId,
        TagSpecifications: [
          {
            ResourceType: 'network-interface',
            Tags: [
              { Key: 'eks-multus-actions/instance', Value: 'i-of-another' },
              { Key: 'eks-multus-actions/device-index', Value: '3' },
            ],
          },
        ],
      }),
    );
    const NetworkInterfaceId = moved?.NetworkInterfaceId ?? '';
    await ec2.send(
      new AttachNetworkInterfaceCommand({
        InstanceId: instanceId,
        NetworkInterfaceId,
        DeviceIndex: 3,
      }),
    );
    await release(interfaces);
    const { NetworkInterfaces: after } = await ec2.send(
      new DescribeNetworkInterfacesCommand({ NetworkInterfaceIds: [NetworkInterfaceId] }),
    );
    expect(after).toMatchObject([{ Attachment: { DeleteOnTermination: false } }]);
  });

  it('leaves nothing when attaching failed half way', async () => {
    const { NetworkInterface } = await ec2.send(
      new CreateNetworkInterfaceCommand({ SubnetId: multusSubnets[1] }),
    );
    await ec2.send(
      new AttachNetworkInterfaceCommand({
        InstanceId: instanceId,
        NetworkInterfaceId: NetworkInterface?.NetworkInterfaceId,
        DeviceIndex: 3,
      }),
    );
    const [first = '', second = ''] = multusSubnets;
    const third = { deviceIndex: 3, subnetId: second, sourceDestCheck: true };
    await expect(attach(interfaces, [...settings.wanted, third], once)).rejects.toThrow('device 3');
    await interfaces.create({ deviceIndex: 1, subnetId: first, sourceDestCheck: true });
    await release(interfaces);
    expect(await described()).toEqual([]);
  });
});
