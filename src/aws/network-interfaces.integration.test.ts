import {
  AssignPrivateIpAddressesCommand,
  AttachNetworkInterfaceCommand,
  CreateNetworkInterfaceCommand,
  CreateSecurityGroupCommand,
  CreateSubnetCommand,
  CreateVpcCommand,
  ModifyNetworkInterfaceAttributeCommand,
  RunInstancesCommand,
} from '@aws-sdk/client-ec2';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Moto } from '../../dev/stand-ins/aws/moto/moto.ts';
import { clientsOf, REGION, startTestMoto } from '../../dev/stand-ins/aws/testing/local-aws.ts';
import { listNetworkInterfaces } from './network-interfaces.ts';

let moto: Moto;
let ec2: ReturnType<typeof clientsOf>['ec2'];
let vpcId = '';
let subnetId = '';
let groupId = '';

beforeAll(async () => {
  moto = (await startTestMoto()).moto;
  ec2 = clientsOf(moto.url).ec2;
  const vpc = await ec2.send(new CreateVpcCommand({ CidrBlock: '10.0.0.0/16' }));
  vpcId = vpc.Vpc?.VpcId ?? '';
  const AvailabilityZone = `${REGION}a`;
  const wanted = { VpcId: vpcId, CidrBlock: '10.0.4.0/24', AvailabilityZone };
  subnetId = (await ec2.send(new CreateSubnetCommand(wanted))).Subnet?.SubnetId ?? '';
  const group = { VpcId: vpcId, GroupName: 'multus', Description: 'multus' };
  groupId = (await ec2.send(new CreateSecurityGroupCommand(group))).GroupId ?? '';
});
afterAll(() => moto?.stop());

it('finds nothing when no interface matches', async () => {
  expect(await listNetworkInterfaces(ec2, { 'vpc-id': 'vpc-0' })).toEqual([]);
});

it('returns the addresses, prefixes and attachment of an interface', async () => {
  const id = await makeInterface({ PrivateIpAddress: '10.0.4.10', Groups: [groupId] });
  const free = await makeInterface({ PrivateIpAddress: '10.0.4.11' });
  const addresses = { NetworkInterfaceId: id, PrivateIpAddresses: ['10.0.4.20', '10.0.4.21'] };
  await ec2.send(new AssignPrivateIpAddressesCommand(addresses));
  await givePrefixes(free, '10.0.4.224/28');
  await givePrefixes(id, '10.0.4.128/28', '10.0.4.144/28');
  const unchecked = { NetworkInterfaceId: id, SourceDestCheck: { Value: false } };
  await ec2.send(new ModifyNetworkInterfaceAttributeCommand(unchecked));
  const instanceId = await makeInstance();
  const attachment = { NetworkInterfaceId: id, InstanceId: instanceId, DeviceIndex: 1 };
  await ec2.send(new AttachNetworkInterfaceCommand(attachment));

  const found = await listNetworkInterfaces(ec2, { 'subnet-id': [subnetId, 'subnet-0'] });
  expect(found.find((one) => one.id === id)).toEqual({
    id,
    instanceId,
    attachedTo: instanceId,
    deviceIndex: 1,
    subnetId,
    zone: `${REGION}a`,
    macAddress: expect.stringMatching(/^([0-9a-f]{2}:){5}/),
    primary: '10.0.4.10',
    secondaries: ['10.0.4.20', '10.0.4.21'],
    prefixes: ['10.0.4.128/28', '10.0.4.144/28'],
    ipv6Addresses: [],
    ipv6Prefixes: [],
    sourceDestCheck: false,
    securityGroupIds: [groupId],
    status: 'in-use',
    description: '',
    tags: {},
  });
  const other = found.find((one) => one.id === free);
  expect(other).toMatchObject({ instanceId: undefined, deviceIndex: undefined, secondaries: [] });
  expect(other).toMatchObject({ status: 'available', sourceDestCheck: true });
  expect(other?.prefixes).toEqual(['10.0.4.224/28']);

  const byInstance = await listNetworkInterfaces(ec2, { 'attachment.instance-id': instanceId });
  expect(byInstance.map((one) => one.deviceIndex).sort()).toEqual([0, 1]);
});

async function makeInterface(more: object): Promise<string> {
  const made = await ec2.send(new CreateNetworkInterfaceCommand({ SubnetId: subnetId, ...more }));
  return made.NetworkInterface?.NetworkInterfaceId ?? '';
}

async function givePrefixes(id: string, ...Ipv4Prefixes: readonly string[]): Promise<void> {
  const wanted = { NetworkInterfaceId: id, Ipv4Prefixes: [...Ipv4Prefixes] };
  await ec2.send(new AssignPrivateIpAddressesCommand(wanted));
}

async function makeInstance(): Promise<string> {
  const made = await ec2.send(
    new RunInstancesCommand({
      ImageId: 'ami-12345678',
      InstanceType: 'm5.large',
      SubnetId: subnetId,
      MinCount: 1,
      MaxCount: 1,
    }),
  );
  return made.Instances?.[0]?.InstanceId ?? '';
}
