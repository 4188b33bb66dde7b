import {
  DescribeInstancesCommand,
  DescribeNetworkInterfacesCommand,
  DescribeRouteTablesCommand,
  DescribeSecurityGroupsCommand,
  DescribeSubnetsCommand,
  DescribeVpcsCommand,
  type EC2Client,
  type NetworkInterface as SdkInterface,
  type Subnet as SdkSubnet,
} from '@aws-sdk/client-ec2';
import { ipv6RangesOf, rangesOf, readConnections } from './connections.ts';
import { type SubnetRoute, subnetRoutes } from './route-tables.ts';
import { type SecurityGroup, toSecurityGroup } from './security-groups.ts';
import { readGateways, type WaysOut, waysOut } from './ways-out.ts';

/** The properties of an elastic network interface that the VPC and the metadata service need. */
export interface NetworkInterface {
  readonly id: string;
  readonly mac: string;
  readonly subnetId: string;
  /** Primary address first. */
  readonly addresses: readonly string[];
  /** IPv4 prefixes (/28) that are delegated to it. */
  readonly prefixes: readonly string[];
  readonly ipv6Addresses?: readonly string[];
  /** IPv6 prefixes (/80) that are delegated to it. */
  readonly ipv6Prefixes?: readonly string[];
  readonly securityGroups: readonly { readonly id: string; readonly name: string }[];
  /** Whether it may send and receive only with its own addresses (the source/destination check). */
  readonly sourceDestCheck: boolean;
  readonly attachment?: { readonly instanceId: string; readonly deviceIndex: number };
}

export interface Subnet {
  readonly id: string;
  readonly cidr: string;
  readonly zone: string;
  readonly vpcId: string;
  readonly vpcCidr: string;
  /** All ranges of the VPC, when it has more than one. */
  readonly vpcCidrs?: readonly string[];
  /** Its IPv6 block, if it has one. */
  readonly ipv6Cidr?: string;
  readonly vpcIpv6Cidrs?: readonly string[];
}

export interface Instance {
  readonly id: string;
  /** pending, running, shutting-down, terminated, stopping or stopped. */
  readonly state: string;
  readonly imageId: string;
  readonly type: string;
  readonly zone: string;
  readonly privateDnsName: string;
  readonly launchTime: string;
  readonly instanceProfileArn?: string;
  readonly isSpot: boolean;
  /** How many hops the answers of the metadata service may travel (HttpPutResponseHopLimit). */
  readonly metadataHopLimit: number;
}

/** The state of EC2 at one moment. The rehearsal derives all that surrounds instances from it. */
export interface Ec2State {
  readonly instances: readonly Instance[];
  readonly networkInterfaces: readonly NetworkInterface[];
  readonly subnets: readonly Subnet[];
  readonly securityGroups: readonly SecurityGroup[];
  /** Where the packets of each subnet go, by its id; the most specific route comes first. */
  readonly routes: ReadonlyMap<string, readonly SubnetRoute[]>;
  /** How packets of each subnet get out of its VPC, by its id; no way for one that is missing. */
  readonly waysOut: ReadonlyMap<string, WaysOut>;
}

export const EMPTY_STATE: Ec2State = {
  instances: [],
  networkInterfaces: [],
  subnets: [],
  securityGroups: [],
  routes: new Map(),
  waysOut: new Map(),
};

/** Reads everything from EC2 at once. The rehearsal's accounts are small. */
export async function readEc2State(ec2: EC2Client): Promise<Ec2State> {
  const [instances, interfaces, found, vpcs, groups, routing, gateways] = await Promise.all([
    ec2.send(new DescribeInstancesCommand({})),
    ec2.send(new DescribeNetworkInterfacesCommand({})),
    ec2.send(new DescribeSubnetsCommand({})),
    ec2.send(new DescribeVpcsCommand({})),
    ec2.send(new DescribeSecurityGroupsCommand({})),
    ec2.send(new DescribeRouteTablesCommand({})),
    readGateways(ec2),
  ]);
  const tables = routing.RouteTables ?? [];
  const ranges = new Map(vpcs.Vpcs?.map((vpc) => [vpc.VpcId, rangesOf(vpc)]));
  const ipv6Ranges = new Map(vpcs.Vpcs?.map((vpc) => [vpc.VpcId, ipv6RangesOf(vpc)]));
  const subnets = (found.Subnets ?? []).map((subnet) => ({
    id: subnet.SubnetId ?? '',
    cidr: subnet.CidrBlock ?? '',
    zone: subnet.AvailabilityZone ?? '',
    vpcId: subnet.VpcId ?? '',
    vpcCidr: ranges.get(subnet.VpcId)?.[0] ?? '',
    vpcCidrs: ranges.get(subnet.VpcId) ?? [],
    ...ipv6Of(subnet, ipv6Ranges.get(subnet.VpcId)),
  }));
  const zoneOf = (id: string) => subnets.find((one) => one.id === id)?.zone;
  const connections = await readConnections(ec2, vpcs.Vpcs ?? [], zoneOf);
  return {
    subnets,
    securityGroups: (groups.SecurityGroups ?? []).map(toSecurityGroup),
    routes: subnetRoutes(tables, subnets, connections),
    waysOut: waysOut({ tables, ...gateways }, subnets),
    networkInterfaces: (interfaces.NetworkInterfaces ?? []).map(toNetworkInterface),
    instances: (instances.Reservations ?? []).flatMap(({ Instances = [] }) =>
      Instances.map((instance) => ({
        id: instance.InstanceId ?? '',
        state: instance.State?.Name ?? 'pending',
        imageId: instance.ImageId ?? '',
        type: instance.InstanceType ?? '',
        zone: instance.Placement?.AvailabilityZone ?? '',
        privateDnsName: instance.PrivateDnsName ?? '',
        launchTime: (instance.LaunchTime ?? new Date(0)).toISOString(),
        isSpot: instance.InstanceLifecycle === 'spot',
        metadataHopLimit: instance.MetadataOptions?.HttpPutResponseHopLimit ?? 1,
        ...(instance.IamInstanceProfile?.Arn === undefined
          ? {}
          : { instanceProfileArn: instance.IamInstanceProfile.Arn }),
      })),
    ),
  };
}

function ipv6Of(
  { Ipv6CidrBlockAssociationSet: found = [] }: SdkSubnet,
  vpcIpv6Cidrs: readonly string[] = [],
): Pick<Subnet, 'ipv6Cidr' | 'vpcIpv6Cidrs'> {
  const ipv6Cidr = found.find(
    ({ Ipv6CidrBlockState }) => Ipv6CidrBlockState?.State === 'associated',
  )?.Ipv6CidrBlock;
  return ipv6Cidr === undefined ? { vpcIpv6Cidrs } : { ipv6Cidr, vpcIpv6Cidrs };
}

function toNetworkInterface(sdk: SdkInterface): NetworkInterface {
  const addresses = [...(sdk.PrivateIpAddresses ?? [])]
    .sort((a, b) => Number(b.Primary ?? false) - Number(a.Primary ?? false))
    .flatMap(({ PrivateIpAddress: address }) => (address === undefined ? [] : [address]));
  const { InstanceId: instanceId, DeviceIndex: deviceIndex = 0 } = sdk.Attachment ?? {};
  return {
    id: sdk.NetworkInterfaceId ?? '',
    mac: (sdk.MacAddress ?? '').toLowerCase(),
    subnetId: sdk.SubnetId ?? '',
    addresses: addresses.length > 0 ? addresses : [sdk.PrivateIpAddress ?? ''],
    prefixes: (sdk.Ipv4Prefixes ?? []).flatMap(({ Ipv4Prefix }) => Ipv4Prefix ?? []),
    ipv6Addresses: (sdk.Ipv6Addresses ?? []).flatMap(({ Ipv6Address }) => Ipv6Address ?? []),
    ipv6Prefixes: (sdk.Ipv6Prefixes ?? []).flatMap(({ Ipv6Prefix }) => Ipv6Prefix ?? []),
    securityGroups: (sdk.Groups ?? []).map(({ GroupId = '', GroupName = '' }) => ({
      id: GroupId,
      name: GroupName,
    })),
    sourceDestCheck: sdk.SourceDestCheck ?? true,
    ...(instanceId === undefined ? {} : { attachment: { instanceId, deviceIndex } }),
  };
}

/** Merges the state of several regions. Their ids differ. */
export function together(states: readonly Ec2State[]): Ec2State {
  return {
    instances: states.flatMap(({ instances }) => instances),
    networkInterfaces: states.flatMap(({ networkInterfaces }) => networkInterfaces),
    subnets: states.flatMap(({ subnets }) => subnets),
    securityGroups: states.flatMap(({ securityGroups }) => securityGroups),
    routes: new Map(states.flatMap(({ routes }) => [...routes])),
    waysOut: new Map(states.flatMap((state) => [...state.waysOut])),
  };
}

/** The region that an instance is in: its zone without the letter. */
export function regionOf({ zone }: Instance): string {
  return zone.slice(0, -1);
}

const GONE: readonly string[] = ['shutting-down', 'terminated'];

/** Whether EC2 counts the instance as existing. */
export function exists(instance: Instance): boolean {
  return !GONE.includes(instance.state);
}

/** The interfaces of an instance in device order: the primary one first. */
export function interfacesOf(state: Ec2State, instanceId: string): NetworkInterface[] {
  return state.networkInterfaces
    .filter(({ attachment }) => attachment?.instanceId === instanceId)
    .sort((a, b) => (a.attachment?.deviceIndex ?? 0) - (b.attachment?.deviceIndex ?? 0));
}

/** The subnet of an interface. Every interface in EC2 has one. */
export function subnetOf(state: Ec2State, { id, subnetId }: NetworkInterface): Subnet {
  const subnet = state.subnets.find((candidate) => candidate.id === subnetId);
  if (subnet === undefined) throw new Error(`${id} is in the unknown subnet ${subnetId}`);
  return subnet;
}
