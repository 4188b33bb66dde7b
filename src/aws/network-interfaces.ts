import {
  DeleteNetworkInterfaceCommand,
  DeleteSecurityGroupCommand,
  DeleteSubnetCidrReservationCommand,
  type EC2Client,
  type Filter,
  type NetworkInterface as FoundInterface,
  GetSubnetCidrReservationsCommand,
  paginateDescribeNetworkInterfaces,
  paginateDescribeSecurityGroups,
  paginateDescribeTags,
  type Tag,
} from '@aws-sdk/client-ec2';

/** A network interface (ENI) with the addresses that the VPC delivers to it. */
export interface NetworkInterface {
  readonly id: string;
  /** What it is attached to; undefined when that is no instance, or nothing. */
  readonly instanceId: string | undefined;
  /** 0 is the instance's own; 1, 2, … are eth1, eth2, …; undefined when it is attached to none. */
  readonly deviceIndex: number | undefined;
  readonly subnetId: string;
  readonly zone: string;
  /** In lower case, with colons. */
  readonly macAddress: string;
  /** Its primary IPv4 address. */
  readonly primary: string;
  /** Its other single IPv4 addresses. */
  readonly secondaries: readonly string[];
  /** Its IPv4 prefixes, each a /28. */
  readonly prefixes: readonly string[];
  /** Its single IPv6 addresses. */
  readonly ipv6Addresses: readonly string[];
  /** Its IPv6 prefixes, each a /80. */
  readonly ipv6Prefixes: readonly string[];
  readonly sourceDestCheck: boolean;
  readonly securityGroupIds: readonly string[];
  /** `available` (attached to nothing), `attaching`, `in-use`, `detaching`. */
  readonly status: string;
  /** What its maker says of it; empty when that is nothing. */
  readonly description: string;
  readonly tags: Readonly<Record<string, string>>;
  /** What it is attached to: an instance, or the owner of the attachment when a service holds it. */
  readonly attachedTo: string | undefined;
}

/** By their names in EC2's API; a resource must match all of them, and one value of each. */
export type Filters = Readonly<Record<string, string | readonly string[]>>;

/** The most that EC2 lists on a page. */
const PAGE_SIZE = 1000;

/**
 * The network interfaces that match a filter, such as `{ 'vpc-id': 'vpc-1' }` or `{ 'subnet-id': ['subnet-1',
 * 'subnet-2'] }`. Needs the permission ec2:DescribeNetworkInterfaces.
 *
 * @throws an Error named by AWS's error code (`UnauthorizedOperation`, …).
 */
export async function listNetworkInterfaces(
  client: EC2Client,
  filters: Filters,
): Promise<readonly NetworkInterface[]> {
  const pages = paginateDescribeNetworkInterfaces(
    { client, pageSize: PAGE_SIZE },
    { Filters: toFilters(filters) },
  );
  const found = await Array.fromAsync(pages, ({ NetworkInterfaces = [] }) => NetworkInterfaces);
  return found.flat().map(toNetworkInterface);
}

function toFilters(filters: Filters): Filter[] {
  return Object.entries(filters).map(([Name, values]) => ({ Name, Values: [values].flat() }));
}

function toNetworkInterface(found: FoundInterface): NetworkInterface {
  const { Attachment: attachment, PrivateIpAddress: primary = '' } = found;
  const instanceId = attachment?.InstanceId;
  const addresses = found.PrivateIpAddresses ?? [];
  return {
    id: found.NetworkInterfaceId ?? '',
    instanceId,
    deviceIndex: instanceId === undefined ? undefined : attachment?.DeviceIndex,
    subnetId: found.SubnetId ?? '',
    zone: found.AvailabilityZone ?? '',
    macAddress: (found.MacAddress ?? '').toLowerCase(),
    primary,
    secondaries: addresses
      .map(({ PrivateIpAddress: address = '' }) => address)
      .filter((address) => address !== primary),
    prefixes: (found.Ipv4Prefixes ?? []).map(({ Ipv4Prefix = '' }) => Ipv4Prefix),
    ipv6Addresses: (found.Ipv6Addresses ?? []).map(({ Ipv6Address = '' }) => Ipv6Address),
    ipv6Prefixes: (found.Ipv6Prefixes ?? []).map(({ Ipv6Prefix = '' }) => Ipv6Prefix),
    sourceDestCheck: found.SourceDestCheck ?? false,
    securityGroupIds: (found.Groups ?? []).map(({ GroupId = '' }) => GroupId),
    status: found.Status ?? '',
    description: found.Description ?? '',
    tags: tagsOf(found.TagSet),
    attachedTo: instanceId ?? attachment?.InstanceOwnerId,
  };
}

/** EC2's tags as an object. */
export function tagsOf(tags: readonly Tag[] = []): Readonly<Record<string, string>> {
  return Object.fromEntries(tags.map(({ Key = '', Value = '' }) => [Key, Value]));
}

export interface SecurityGroup {
  readonly id: string;
  readonly name: string;
  readonly tags: Readonly<Record<string, string>>;
}

/** The few calls of EC2 that a clean-up needs. */
export interface Ec2 {
  interfacesIn(vpcId: string): Promise<readonly NetworkInterface[]>;
  securityGroupsIn(vpcId: string): Promise<readonly SecurityGroup[]>;
  /** The ids of everything that EC2 has with this tag, whatever its kind. */
  tagged(key: string, value: string): Promise<readonly string[]>;
  /** The ids of the IPv4 reservations of a subnet. */
  reservationsOf(subnetId: string): Promise<readonly string[]>;
  removeReservation(id: string): Promise<void>;
  removeInterface(id: string): Promise<void>;
  removeSecurityGroup(id: string): Promise<void>;
}

/** These calls by the SDK's client, with all pages of each answer. */
export function ec2Of(client: EC2Client): Ec2 {
  const paging = { client, pageSize: PAGE_SIZE };
  return {
    interfacesIn: (vpcId) => listNetworkInterfaces(client, { 'vpc-id': vpcId }),
    async securityGroupsIn(vpcId) {
      const query = { Filters: toFilters({ 'vpc-id': vpcId }) };
      const pages = paginateDescribeSecurityGroups(paging, query);
      const found = await Array.fromAsync(pages, ({ SecurityGroups = [] }) => SecurityGroups);
      return found.flat().map(({ GroupId: id = '', GroupName: name = '', Tags }) => ({
        id,
        name,
        tags: tagsOf(Tags),
      }));
    },
    async tagged(key, value) {
      const pages = paginateDescribeTags(paging, { Filters: toFilters({ key, value }) });
      const found = await Array.fromAsync(pages, ({ Tags = [] }) => Tags);
      return found.flat().map(({ ResourceId = '' }) => ResourceId);
    },
    async reservationsOf(SubnetId) {
      const found = await client.send(new GetSubnetCidrReservationsCommand({ SubnetId }));
      const { SubnetIpv4CidrReservations: reservations = [] } = found;
      return reservations.map(({ SubnetCidrReservationId: id = '' }) => id);
    },
    async removeReservation(id) {
      await client.send(new DeleteSubnetCidrReservationCommand({ SubnetCidrReservationId: id }));
    },
    async removeInterface(id) {
      await client.send(new DeleteNetworkInterfaceCommand({ NetworkInterfaceId: id }));
    },
    async removeSecurityGroup(id) {
      await client.send(new DeleteSecurityGroupCommand({ GroupId: id }));
    },
  };
}
