import {
  type Caller,
  ec2Call,
  elementOf,
  type Filters,
  itemsOf,
  listOf,
  tagsOf,
  textOf,
  type XmlElement,
} from './signed-call.ts';

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

/**
 * The network interfaces that match a filter, such as `{ 'vpc-id': 'vpc-1' }` or `{ 'subnet-id': ['subnet-1',
 * 'subnet-2'] }`; the names are those of EC2's API. Needs the permission ec2:DescribeNetworkInterfaces.
 *
 * @throws an Error named by AWS's error code (`UnauthorizedOperation`, …).
 */
export async function listNetworkInterfaces(
  caller: Caller,
  filters: Filters,
): Promise<readonly NetworkInterface[]> {
  const found = await listOf(caller, 'DescribeNetworkInterfaces', 'networkInterfaceSet', filters);
  return found.map(toNetworkInterface);
}

function toNetworkInterface(found: XmlElement): NetworkInterface {
  const attachment = elementOf(found['attachment']);
  const instanceId = textOf(attachment, 'instanceId') || undefined;
  const primary = textOf(found, 'privateIpAddress');
  const addresses = itemsOf(found, 'privateIpAddressesSet');
  return {
    id: textOf(found, 'networkInterfaceId'),
    instanceId,
    deviceIndex: instanceId === undefined ? undefined : Number(textOf(attachment, 'deviceIndex')),
    subnetId: textOf(found, 'subnetId'),
    zone: textOf(found, 'availabilityZone'),
    macAddress: textOf(found, 'macAddress').toLowerCase(),
    primary,
    secondaries: addresses
      .map((address) => textOf(address, 'privateIpAddress'))
      .filter((address) => address !== primary),
    prefixes: itemsOf(found, 'ipv4PrefixSet').map((prefix) => textOf(prefix, 'ipv4Prefix')),
    sourceDestCheck: textOf(found, 'sourceDestCheck') === 'true',
    securityGroupIds: itemsOf(found, 'groupSet').map((group) => textOf(group, 'groupId')),
    status: textOf(found, 'status'),
    description: textOf(found, 'description'),
    tags: tagsOf(found),
    attachedTo: instanceId ?? (textOf(attachment, 'instanceOwnerId') || undefined),
  };
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
  removeInterface(id: string): Promise<void>;
  removeSecurityGroup(id: string): Promise<void>;
}

/** EC2 by its Query API. */
export function ec2Of(caller: Caller): Ec2 {
  return {
    interfacesIn: (vpcId) => listNetworkInterfaces(caller, { 'vpc-id': vpcId }),
    async securityGroupsIn(vpcId) {
      const filters = { 'vpc-id': vpcId };
      const found = await listOf(caller, 'DescribeSecurityGroups', 'securityGroupInfo', filters);
      return found.map((group) => ({
        id: textOf(group, 'groupId'),
        name: textOf(group, 'groupName'),
        tags: tagsOf(group),
      }));
    },
    async tagged(key, value) {
      const found = await listOf(caller, 'DescribeTags', 'tagSet', { key, value });
      return found.map((tag) => textOf(tag, 'resourceId'));
    },
    async removeInterface(id) {
      await ec2Call(caller, 'DeleteNetworkInterface', { NetworkInterfaceId: id });
    },
    async removeSecurityGroup(id) {
      await ec2Call(caller, 'DeleteSecurityGroup', { GroupId: id });
    },
  };
}
