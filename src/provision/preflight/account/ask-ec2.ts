import {
  AllocateAddressCommand,
  CreateInternetGatewayCommand,
  CreateVpcCommand,
  DescribeAddressesCommand,
  DescribeAvailabilityZonesCommand,
  DescribeKeyPairsCommand,
  DescribeSubnetsCommand,
  type EC2Client,
  GetSubnetCidrReservationsCommand,
  type InstanceTypeInfo,
  paginateDescribeInstances,
  paginateDescribeInstanceTypeOfferings,
  paginateDescribeInstanceTypes,
  paginateDescribeNatGateways,
  paginateDescribeVpcs,
  type TagSpecification,
} from '@aws-sdk/client-ec2';
import { unlessMissing } from '../../../aws/aws-error.ts';
import { listNetworkInterfaces, tagsOf } from '../../../aws/network-interfaces.ts';
import { HOOK_TAG } from '../../../aws/sweep.ts';
import { inParallel } from '../../../core/in-parallel.ts';
import { ENVIRONMENT_TAG } from '../../../environment/tags.ts';
import type {
  Decision,
  InstanceType,
  Offering,
  RunningInstance,
  SubnetUse,
  Vpc,
  Zone,
} from '../facts.ts';
import { ask } from './ask.ts';

/** The questions to EC2. Each is one call, unless the account has more than a page of something. */
export function askEc2(client: EC2Client) {
  const paging = { client, pageSize: 1000 };
  return {
    zones: () =>
      ask('ec2:DescribeAvailabilityZones', async (): Promise<readonly Zone[]> => {
        const { AvailabilityZones = [] } = await client.send(
          new DescribeAvailabilityZonesCommand({}),
        );
        return AvailabilityZones.map(({ ZoneName, ZoneId, ZoneType, State }) => ({
          name: ZoneName ?? '',
          id: ZoneId ?? '',
          kind: ZoneType ?? '',
          state: State ?? '',
        }));
      }),
    instanceTypes: (names: readonly string[]) =>
      ask('ec2:DescribeInstanceTypes', async (): Promise<readonly InstanceType[]> => {
        // If asked by name, one unknown type is an error, and nothing is known of the others.
        const pages = paginateDescribeInstanceTypes({ client, pageSize: 100 }, ofTypes(names));
        const found = await Array.fromAsync(pages, ({ InstanceTypes = [] }) => InstanceTypes);
        return found.flat().map(toInstanceType);
      }),
    offerings: (names: readonly string[]) =>
      ask('ec2:DescribeInstanceTypeOfferings', async (): Promise<readonly Offering[]> => {
        const query = { LocationType: 'availability-zone', ...ofTypes(names) } as const;
        const pages = paginateDescribeInstanceTypeOfferings(paging, query);
        const found = await Array.fromAsync(pages, (page) => page.InstanceTypeOfferings ?? []);
        return found
          .flat()
          .map(({ InstanceType: type = '', Location: zone = '' }) => ({ type, zone }));
      }),
    vpcs: () =>
      ask('ec2:DescribeVpcs', async (): Promise<readonly Vpc[]> => {
        const pages = paginateDescribeVpcs(paging, {});
        const found = await Array.fromAsync(pages, ({ Vpcs = [] }) => Vpcs);
        return found
          .flat()
          .map(({ VpcId, CidrBlock, CidrBlockAssociationSet, IsDefault, Tags }) => ({
            id: VpcId ?? '',
            cidrs: (CidrBlockAssociationSet ?? [{ CidrBlock }]).map((one) => one.CidrBlock ?? ''),
            isDefault: IsDefault ?? false,
            tags: tagsOf(Tags),
          }));
      }),
    elasticAddresses: () =>
      ask('ec2:DescribeAddresses', async () => {
        const { Addresses = [] } = await client.send(new DescribeAddressesCommand({}));
        return Addresses.length;
      }),
    /** @param enough with fewer gateways than this in the region, their zones do not matter, and are left empty */
    natGateways: (enough: number) =>
      ask('ec2:DescribeNatGateways', () => natGatewayZones(client, enough)),
    instances: () =>
      ask('ec2:DescribeInstances', async (): Promise<readonly RunningInstance[]> => {
        const Filters = [{ Name: 'instance-state-name', Values: ['pending', 'running'] }];
        const pages = paginateDescribeInstances(paging, { Filters });
        const found = await Array.fromAsync(pages, ({ Reservations = [] }) => Reservations);
        return found
          .flat()
          .flatMap(({ Instances = [] }) => Instances)
          .filter(({ InstanceLifecycle: life = 'spot' }) => life === 'spot')
          .map(({ InstanceLifecycle, InstanceType: type = '', CpuOptions: cpu }) => ({
            type,
            isSpot: InstanceLifecycle === 'spot',
            vcpus: (cpu?.CoreCount ?? 0) * (cpu?.ThreadsPerCore ?? 1),
          }));
      }),
    keyPair: (name: string) => ask('ec2:DescribeKeyPairs', () => hasKeyPair(client, name)),
    /** @param cluster whose own interfaces do not count */
    subnetUses: (ids: readonly string[], cluster: string) =>
      ask('ec2:GetSubnetCidrReservations', () => subnetUses(client, ids, cluster)),
    dryRuns: (environment: string) => ask('ec2:CreateVpc', () => dryRuns(client, environment)),
  };
}

function ofTypes(names: readonly string[]) {
  return { Filters: [{ Name: 'instance-type', Values: [...names] }] };
}

function toInstanceType(info: InstanceTypeInfo): InstanceType {
  const { ProcessorInfo, NetworkInfo, GpuInfo, NeuronInfo, InferenceAcceleratorInfo } = info;
  const firstCard = NetworkInfo?.NetworkCards?.find(
    ({ NetworkCardIndex }) => NetworkCardIndex === (NetworkInfo.DefaultNetworkCardIndex ?? 0),
  );
  const neuron = NeuronInfo ?? InferenceAcceleratorInfo;
  return {
    name: info.InstanceType ?? '',
    architectures: ProcessorInfo?.SupportedArchitectures ?? [],
    hypervisor: info.Hypervisor ?? '',
    vcpus: info.VCpuInfo?.DefaultVCpus ?? 0,
    interfaces: firstCard?.MaximumNetworkInterfaces ?? NetworkInfo?.MaximumNetworkInterfaces ?? 0,
    addressesPerInterface: NetworkInfo?.Ipv4AddressesPerInterface ?? 0,
    usage: info.SupportedUsageClasses ?? [],
    accelerators: [
      ...new Set([
        ...(GpuInfo?.Gpus ?? []).map(({ Manufacturer = '' }) => Manufacturer),
        ...(neuron === undefined ? [] : ['Neuron']),
      ]),
    ],
  };
}

/** A gateway names only its subnet, so its zone is that of the subnet. */
async function natGatewayZones(client: EC2Client, enough: number): Promise<readonly string[]> {
  // Gateways count until they are gone: https://docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html
  const Filter = [{ Name: 'state', Values: ['pending', 'available', 'deleting'] }];
  const pages = paginateDescribeNatGateways({ client, pageSize: 1000 }, { Filter });
  const found = await Array.fromAsync(pages, ({ NatGateways = [] }) => NatGateways);
  const subnets = found.flat().map(({ SubnetId = '' }) => SubnetId);
  if (subnets.length < enough) return subnets.map(() => '');
  const SubnetIds = [...new Set(subnets)].filter((id) => id !== '');
  const { Subnets = [] } = await client.send(new DescribeSubnetsCommand({ SubnetIds }));
  const zones = new Map(
    Subnets.map(({ SubnetId, AvailabilityZone }) => [SubnetId, AvailabilityZone]),
  );
  return subnets.map((id) => zones.get(id) ?? '');
}

async function hasKeyPair(client: EC2Client, name: string): Promise<boolean> {
  const found = client.send(new DescribeKeyPairsCommand({ KeyNames: [name] }));
  return (await unlessMissing(found)) !== undefined;
}

async function subnetUses(
  client: EC2Client,
  ids: readonly string[],
  cluster: string,
): Promise<readonly SubnetUse[]> {
  const interfaces = await listNetworkInterfaces(client, { 'subnet-id': ids });
  const others = interfaces.filter(({ tags }) => tags[HOOK_TAG] !== cluster);
  return inParallel(ids, 4, async (subnetId) => {
    const { SubnetIpv4CidrReservations: reservations = [] } = await client.send(
      new GetSubnetCidrReservationsCommand({ SubnetId: subnetId }),
    );
    return {
      subnetId,
      taken: others
        .filter((one) => one.subnetId === subnetId)
        .flatMap(({ primary, secondaries, prefixes }) => [primary, ...secondaries, ...prefixes]),
      explicitReservations: reservations
        .filter(({ ReservationType }) => ReservationType === 'explicit')
        .map(({ Cidr = '' }) => Cidr),
    };
  });
}

/** Calls that would make something, if they were not dry: EC2 then only says whether it would. */
async function dryRuns(client: EC2Client, environment: string): Promise<readonly Decision[]> {
  const taggedAs = (ResourceType: TagSpecification['ResourceType']) => [
    { ResourceType, Tags: [{ Key: ENVIRONMENT_TAG, Value: environment }] },
  ];
  const vpc = { CidrBlock: '10.0.0.0/16', TagSpecifications: taggedAs('vpc') };
  const gateway = { TagSpecifications: taggedAs('internet-gateway') };
  const address = { TagSpecifications: taggedAs('elastic-ip') };
  return Promise.all([
    dryRun('ec2:CreateVpc', () => client.send(new CreateVpcCommand({ DryRun: true, ...vpc }))),
    dryRun('ec2:CreateInternetGateway', () =>
      client.send(new CreateInternetGatewayCommand({ DryRun: true, ...gateway })),
    ),
    dryRun('ec2:AllocateAddress', () =>
      client.send(new AllocateAddressCommand({ DryRun: true, ...address })),
    ),
  ]);
}

/** A dry run of EC2 always fails. The name of its error says whether the call would have been allowed. */
async function dryRun(action: string, call: () => Promise<unknown>): Promise<Decision> {
  const decision = { action, resource: '*', deniedBy: 'policy', missingKeys: [] } as const;
  try {
    await call();
    return { ...decision, allowed: true };
  } catch (error) {
    const name = error instanceof Error ? error.name : '';
    if (name === 'UnauthorizedOperation') return { ...decision, allowed: false };
    if (name === 'DryRunOperation') return { ...decision, allowed: true };
    throw error;
  }
}
