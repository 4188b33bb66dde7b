import {
  AllocateAddressCommand,
  AssignPrivateIpAddressesCommand,
  AttachInternetGatewayCommand,
  AttachNetworkInterfaceCommand,
  AuthorizeSecurityGroupIngressCommand,
  CreateInternetGatewayCommand,
  CreateLaunchTemplateCommand,
  CreateNatGatewayCommand,
  CreateNetworkInterfaceCommand,
  CreateSecurityGroupCommand,
  CreateSubnetCidrReservationCommand,
  CreateSubnetCommand,
  CreateVpcCommand,
  DeleteNatGatewayCommand,
  DeleteNetworkInterfaceCommand,
  DeleteSecurityGroupCommand,
  DeleteSubnetCommand,
  DescribeInstanceAttributeCommand,
  DescribeInstancesCommand,
  DescribeNetworkInterfacesCommand,
  DescribeVolumesCommand,
  DetachInternetGatewayCommand,
  DetachNetworkInterfaceCommand,
  ModifyNetworkInterfaceAttributeCommand,
  ModifyVpcAttributeCommand,
  ReleaseAddressCommand,
  RunInstancesCommand,
  TerminateInstancesCommand,
  UnassignPrivateIpAddressesCommand,
} from '@aws-sdk/client-ec2';
import {
  AddRoleToInstanceProfileCommand,
  CreateInstanceProfileCommand,
  CreateRoleCommand,
} from '@aws-sdk/client-iam';
import {
  CreateBucketCommand,
  GetBucketPolicyCommand,
  PutBucketPolicyCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Clients, clientsOf, REGION, startTestMoto } from '../testing/local-aws.ts';
import type { Moto } from './moto.ts';

let moto: Moto;
let aws: Clients;
let vpcId: string;
let subnetId: string;
let otherZone: string;
let groupId: string;

beforeAll(async () => {
  moto = (await startTestMoto()).moto;
  aws = clientsOf(moto.url);
  vpcId = text((await aws.ec2.send(new CreateVpcCommand({ CidrBlock: '10.0.0.0/16' }))).Vpc?.VpcId);
  await aws.ec2.send(
    new ModifyVpcAttributeCommand({ VpcId: vpcId, EnableDnsHostnames: { Value: true } }),
  );
  subnetId = await makeSubnet('10.0.4.0/24', 'a');
  otherZone = await makeSubnet('10.0.5.0/24', 'b');
  const group = { VpcId: vpcId, GroupName: 'nodes', Description: 'nodes' };
  groupId = text((await aws.ec2.send(new CreateSecurityGroupCommand(group))).GroupId);
  const reservation = { SubnetId: subnetId, Cidr: '10.0.4.128/25', ReservationType: 'prefix' };
  await aws.ec2.send(
    new CreateSubnetCidrReservationCommand({ ...reservation, ReservationType: 'prefix' }),
  );
});

afterAll(() => moto?.stop());

describe('network interfaces', () => {
  it('take prefixes from the reservation and primaries from outside it', async () => {
    const one = await makeInterface({ Ipv4PrefixCount: 1 });
    const two = await makeInterface({ Ipv4PrefixCount: 1 });
    expect(one).toMatchObject({
      PrivateIpAddress: '10.0.4.4',
      PrivateDnsName: `ip-10-0-4-4.${REGION}.compute.internal`,
      Ipv4Prefixes: [{ Ipv4Prefix: '10.0.4.128/28' }],
    });
    expect(two).toMatchObject({
      PrivateIpAddress: '10.0.4.5',
      Ipv4Prefixes: [{ Ipv4Prefix: '10.0.4.144/28' }],
    });
    const seen = await describeInterface(one.NetworkInterfaceId);
    expect(seen?.Ipv4Prefixes).toEqual([{ Ipv4Prefix: '10.0.4.128/28' }]);
    await remove(one.NetworkInterfaceId, two.NetworkInterfaceId);
  });

  it('take a prefix by CIDR once, and release it', async () => {
    const NetworkInterfaceId = (await makeInterface({})).NetworkInterfaceId;
    const wanted = { NetworkInterfaceId, Ipv4Prefixes: ['10.0.4.224/28'] };
    const answer = await aws.ec2.send(new AssignPrivateIpAddressesCommand(wanted));
    expect(answer.AssignedIpv4Prefixes).toEqual([{ Ipv4Prefix: '10.0.4.224/28' }]);
    await expect(aws.ec2.send(new AssignPrivateIpAddressesCommand(wanted))).rejects.toThrow(
      /in use/,
    );
    await aws.ec2.send(new UnassignPrivateIpAddressesCommand(wanted));
    expect((await describeInterface(NetworkInterfaceId))?.Ipv4Prefixes ?? []).toEqual([]);
    await remove(NetworkInterfaceId);
  });

  it('return only the new secondary addresses, and refuse used ones', async () => {
    const one = await makeInterface({});
    const NetworkInterfaceId = one.NetworkInterfaceId;
    const answer = await aws.ec2.send(
      new AssignPrivateIpAddressesCommand({
        NetworkInterfaceId,
        SecondaryPrivateIpAddressCount: 2,
      }),
    );
    const added = answer.AssignedPrivateIpAddresses?.map((each) => each.PrivateIpAddress);
    expect(added).toHaveLength(2);
    expect(added).not.toContain(one.PrivateIpAddress);
    const filter = {
      Filters: [{ Name: 'addresses.private-ip-address', Values: added as string[] }],
    };
    const found = await aws.ec2.send(new DescribeNetworkInterfacesCommand(filter));
    expect(found.NetworkInterfaces?.map((each) => each.NetworkInterfaceId)).toEqual([
      NetworkInterfaceId,
    ]);
    await expect(makeInterface({ PrivateIpAddress: text(added?.[0]) })).rejects.toThrow(/in use/);
    await remove(NetworkInterfaceId);
  });

  it('are created once per client token', async () => {
    const one = await makeInterface({ ClientToken: 'i-1/eth1', Ipv4PrefixCount: 1 });
    const two = await makeInterface({ ClientToken: 'i-1/eth1', Ipv4PrefixCount: 1 });
    expect(two.NetworkInterfaceId).toBe(one.NetworkInterfaceId);
    await remove(one.NetworkInterfaceId);
  });

  it('are refused when a subnet has no room for a prefix', async () => {
    const full = await makeSubnet('10.0.200.0/28', 'a');
    await expect(makeInterface({ SubnetId: full, Ipv4PrefixCount: 1 })).rejects.toMatchObject({
      name: 'InsufficientCidrBlocks',
    });
    await aws.ec2.send(new DeleteSubnetCommand({ SubnetId: full }));
  });
});

describe('instances of a launch template', () => {
  let instanceId: string;

  it('have its user data, metadata options, profile, tags and groups', async () => {
    const profileArn = await makeProfile();
    await aws.ec2.send(
      new CreateLaunchTemplateCommand({
        LaunchTemplateName: 'node',
        LaunchTemplateData: {
          ImageId: 'ami-0123456789abcdef0',
          InstanceType: 'm5.xlarge',
          UserData: Buffer.from('#!/bin/bash').toString('base64'),
          IamInstanceProfile: { Arn: profileArn },
          MetadataOptions: { HttpTokens: 'required', HttpPutResponseHopLimit: 2 },
          SecurityGroupIds: [groupId],
          BlockDeviceMappings: [
            { DeviceName: '/dev/xvda', Ebs: { VolumeSize: 50, VolumeType: 'gp3' } },
          ],
          TagSpecifications: [
            { ResourceType: 'instance', Tags: [{ Key: 'Name', Value: 'node' }] },
            { ResourceType: 'volume', Tags: [{ Key: 'Name', Value: 'disk' }] },
          ],
        },
      }),
    );
    const run = await aws.ec2.send(
      new RunInstancesCommand({
        MinCount: 1,
        MaxCount: 1,
        SubnetId: subnetId,
        LaunchTemplate: { LaunchTemplateName: 'node', Version: '1' },
        TagSpecifications: [
          { ResourceType: 'instance', Tags: [{ Key: 'aws:autoscaling:groupName', Value: 'asg' }] },
        ],
      }),
    );
    instanceId = text(run.Instances?.[0]?.InstanceId);
    const instance = await describeInstance(instanceId);
    expect(instance).toMatchObject({
      InstanceType: 'm5.xlarge',
      IamInstanceProfile: { Arn: profileArn },
      MetadataOptions: { HttpTokens: 'required', HttpPutResponseHopLimit: 2 },
      SecurityGroups: [{ GroupId: groupId }],
    });
    expect(instance?.PrivateDnsName).toBe(
      `ip-${instance?.PrivateIpAddress?.replaceAll('.', '-')}.${REGION}.compute.internal`,
    );
    expect(instance?.Tags).toContainEqual({ Key: 'aws:autoscaling:groupName', Value: 'asg' });
    expect(instance?.Tags).toContainEqual({ Key: 'Name', Value: 'node' });
    const data = await aws.ec2.send(
      new DescribeInstanceAttributeCommand({ InstanceId: instanceId, Attribute: 'userData' }),
    );
    expect(Buffer.from(text(data.UserData?.Value), 'base64').toString()).toBe('#!/bin/bash');
  });

  it('attach interfaces of their own zone, one per index, up to the limit of their type', async () => {
    const far = await makeInterface({ SubnetId: otherZone });
    await expect(attach(far.NetworkInterfaceId, 1)).rejects.toMatchObject({
      name: 'InvalidParameterCombination',
    });
    await remove(far.NetworkInterfaceId);
    const extra = await Promise.all([1, 2, 3, 4].map(() => makeInterface({ Ipv4PrefixCount: 1 })));
    const [one, two, three, four] = extra.map((each) => each.NetworkInterfaceId);
    await attach(one, 1);
    await expect(attach(two, 1)).rejects.toMatchObject({ name: 'InvalidParameterValue' });
    await expect(attach(one, 2)).rejects.toMatchObject({ name: 'InvalidNetworkInterface.InUse' });
    await attach(two, 2);
    await attach(three, 3);
    await expect(attach(four, 4)).rejects.toMatchObject({ name: 'AttachmentLimitExceeded' });
    await expect(remove(one)).rejects.toThrow(/currently in use/);
    await remove(four);
    const instance = await describeInstance(instanceId);
    const indexes = instance?.NetworkInterfaces?.map((each) => each.Attachment?.DeviceIndex);
    expect(indexes?.toSorted()).toEqual([0, 1, 2, 3]);
    // An interface has its own groups, here the VPC's default group, not those of the instance.
    const second = instance?.NetworkInterfaces?.find((each) => each.Attachment?.DeviceIndex === 1);
    expect(second?.Groups?.map((each) => each.GroupName)).toEqual(['default']);
    const primary = instance?.NetworkInterfaces?.find((each) => each.Attachment?.DeviceIndex === 0);
    await expect(
      aws.ec2.send(
        new DetachNetworkInterfaceCommand({
          AttachmentId: text(primary?.Attachment?.AttachmentId),
        }),
      ),
    ).rejects.toThrow(/cannot be detached/);
  });

  it('delete interfaces on termination as configured, and release the others', async () => {
    const before = await attachedTo(instanceId);
    const second = before.find((each) => each.Attachment?.DeviceIndex === 1);
    await aws.ec2.send(
      new ModifyNetworkInterfaceAttributeCommand({
        NetworkInterfaceId: second?.NetworkInterfaceId,
        Attachment: { AttachmentId: second?.Attachment?.AttachmentId, DeleteOnTermination: true },
      }),
    );
    await aws.ec2.send(new TerminateInstancesCommand({ InstanceIds: [instanceId] }));
    expect((await describeInstance(instanceId))?.NetworkInterfaces ?? []).toEqual([]);
    const left = await aws.ec2.send(
      new DescribeNetworkInterfacesCommand({
        Filters: [
          { Name: 'subnet-id', Values: [subnetId] },
          { Name: 'status', Values: ['available'] },
        ],
      }),
    );
    const ids = left.NetworkInterfaces?.map((each) => text(each.NetworkInterfaceId)) ?? [];
    expect(ids).toHaveLength(2);
    expect(ids).not.toContain(second?.NetworkInterfaceId);
    expect((await aws.ec2.send(new DescribeVolumesCommand({}))).Volumes).toEqual([]);
    await expect(
      aws.ec2.send(new DeleteSubnetCommand({ SubnetId: subnetId })),
    ).rejects.toMatchObject({ name: 'DependencyViolation' });
    await remove(...ids);
  });
});

describe('deletes', () => {
  it('do not release the address or detach the internet gateway while a NAT gateway uses them', async () => {
    const gateway = await aws.ec2.send(new CreateInternetGatewayCommand({}));
    const InternetGatewayId = text(gateway.InternetGateway?.InternetGatewayId);
    const link = { InternetGatewayId, VpcId: vpcId };
    await aws.ec2.send(new AttachInternetGatewayCommand(link));
    const address = await aws.ec2.send(new AllocateAddressCommand({ Domain: 'vpc' }));
    const AllocationId = text(address.AllocationId);
    const made = await aws.ec2.send(
      new CreateNatGatewayCommand({ SubnetId: otherZone, AllocationId }),
    );
    const NatGatewayId = text(made.NatGateway?.NatGatewayId);
    expect(made.NatGateway?.NatGatewayAddresses?.[0]?.PrivateIp).toMatch(/^10\.0\.5\./);
    await expect(aws.ec2.send(new ReleaseAddressCommand({ AllocationId }))).rejects.toThrow(
      /in use/,
    );
    await expect(aws.ec2.send(new DetachInternetGatewayCommand(link))).rejects.toMatchObject({
      name: 'DependencyViolation',
    });
    await aws.ec2.send(new DeleteNatGatewayCommand({ NatGatewayId }));
    await aws.ec2.send(new ReleaseAddressCommand({ AllocationId }));
    await aws.ec2.send(new DetachInternetGatewayCommand(link));
    await aws.ec2.send(new DeleteSubnetCommand({ SubnetId: otherZone }));
  });

  it('refuse a security group that an interface or rule refers to', async () => {
    const eni = await makeInterface({ Groups: [groupId] });
    await expect(
      aws.ec2.send(new DeleteSecurityGroupCommand({ GroupId: groupId })),
    ).rejects.toMatchObject({ name: 'DependencyViolation' });
    await remove(eni.NetworkInterfaceId);
    const other = { VpcId: vpcId, GroupName: 'other', Description: 'other' };
    const { GroupId = '' } = await aws.ec2.send(new CreateSecurityGroupCommand(other));
    const fromGroup = { IpProtocol: '-1', UserIdGroupPairs: [{ GroupId: groupId }] };
    const rule = { GroupId, IpPermissions: [fromGroup] };
    await aws.ec2.send(new AuthorizeSecurityGroupIngressCommand(rule));
    await expect(
      aws.ec2.send(new DeleteSecurityGroupCommand({ GroupId: groupId })),
    ).rejects.toMatchObject({ name: 'DependencyViolation' });
    await aws.ec2.send(new DeleteSecurityGroupCommand({ GroupId }));
    await aws.ec2.send(new DeleteSecurityGroupCommand({ GroupId: groupId }));
  });
});

it('stores a policy that denies plain HTTP, and accepts uploads', async () => {
  const Bucket = 'staging';
  const location = { LocationConstraint: REGION } as const;
  await aws.s3.send(new CreateBucketCommand({ Bucket, CreateBucketConfiguration: location }));
  const deny = {
    Effect: 'Deny',
    Principal: '*',
    Action: 's3:*',
    Resource: `arn:aws:s3:::${Bucket}/*`,
  };
  const Statement = [{ ...deny, Condition: { Bool: { 'aws:SecureTransport': 'false' } } }];
  const Policy = JSON.stringify({ Version: '2012-10-17', Statement });
  await aws.s3.send(new PutBucketPolicyCommand({ Bucket, Policy }));
  await aws.s3.send(new PutObjectCommand({ Bucket, Key: 'lambda.zip', Body: 'zip' }));
  const read = await aws.s3.send(new GetBucketPolicyCommand({ Bucket }));
  expect(JSON.parse(text(read.Policy)).Statement).toEqual(Statement);
});

async function makeSubnet(CidrBlock: string, zone: string): Promise<string> {
  const AvailabilityZone = `${REGION}${zone}`;
  const made = await aws.ec2.send(
    new CreateSubnetCommand({ VpcId: vpcId, CidrBlock, AvailabilityZone }),
  );
  return text(made.Subnet?.SubnetId);
}

async function makeInterface(
  input: Partial<ConstructorParameters<typeof CreateNetworkInterfaceCommand>[0]>,
) {
  const made = await aws.ec2.send(
    new CreateNetworkInterfaceCommand({ SubnetId: subnetId, ...input }),
  );
  return {
    ...made.NetworkInterface,
    NetworkInterfaceId: text(made.NetworkInterface?.NetworkInterfaceId),
  };
}

async function describeInterface(id: string) {
  const found = await aws.ec2.send(
    new DescribeNetworkInterfacesCommand({ NetworkInterfaceIds: [id] }),
  );
  return found.NetworkInterfaces?.[0];
}

async function attachedTo(id: string) {
  const Filters = [{ Name: 'attachment.instance-id', Values: [id] }];
  const found = await aws.ec2.send(new DescribeNetworkInterfacesCommand({ Filters }));
  return found.NetworkInterfaces ?? [];
}

async function describeInstance(id: string) {
  const found = await aws.ec2.send(new DescribeInstancesCommand({ InstanceIds: [id] }));
  return found.Reservations?.[0]?.Instances?.[0];
}

async function attach(id: string | undefined, DeviceIndex: number) {
  const instances = await aws.ec2.send(
    new DescribeInstancesCommand({
      Filters: [{ Name: 'instance-state-name', Values: ['running'] }],
    }),
  );
  const InstanceId = text(instances.Reservations?.[0]?.Instances?.[0]?.InstanceId);
  const NetworkInterfaceId = text(id);
  return aws.ec2.send(
    new AttachNetworkInterfaceCommand({ NetworkInterfaceId, InstanceId, DeviceIndex }),
  );
}

async function remove(...ids: readonly (string | undefined)[]) {
  for (const id of ids) {
    await aws.ec2.send(new DeleteNetworkInterfaceCommand({ NetworkInterfaceId: text(id) }));
  }
}

async function makeProfile(): Promise<string> {
  const AssumeRolePolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement: [] });
  await aws.iam.send(new CreateRoleCommand({ RoleName: 'node', AssumeRolePolicyDocument }));
  const made = await aws.iam.send(
    new CreateInstanceProfileCommand({ InstanceProfileName: 'node' }),
  );
  await aws.iam.send(
    new AddRoleToInstanceProfileCommand({ InstanceProfileName: 'node', RoleName: 'node' }),
  );
  return text(made.InstanceProfile?.Arn);
}

function text(value: string | undefined): string {
  if (value === undefined) throw new Error('expected a value');
  return value;
}
