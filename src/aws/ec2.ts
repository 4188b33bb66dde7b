import {
  ec2Call,
  elementOf,
  itemsOf,
  listOf,
  tagsOf,
  textOf,
  type XmlElement,
} from './ec2-query.ts';
import type { Caller } from './signed-call.ts';

/** A network interface, as far as it matters to somebody who wants its subnet to be empty. */
export interface NetworkInterface {
  readonly id: string;
  readonly description: string;
  /** `available` when it is attached to nothing. */
  readonly status: string;
  readonly tags: Readonly<Record<string, string>>;
  /** What it is attached to: an instance, or the service that holds it. */
  readonly attachedTo: string | undefined;
  readonly securityGroupIds: readonly string[];
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
    async interfacesIn(vpcId) {
      const filters = { 'vpc-id': vpcId };
      return (
        await listOf(caller, 'DescribeNetworkInterfaces', 'networkInterfaceSet', filters)
      ).map(toInterface);
    },
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

function toInterface(found: XmlElement): NetworkInterface {
  const attachment = elementOf(found['attachment']);
  const holder = textOf(attachment, 'instanceId') || textOf(attachment, 'instanceOwnerId');
  return {
    id: textOf(found, 'networkInterfaceId'),
    description: textOf(found, 'description'),
    status: textOf(found, 'status'),
    tags: tagsOf(found),
    attachedTo: holder === '' ? undefined : holder,
    securityGroupIds: itemsOf(found, 'groupSet').map((group) => textOf(group, 'groupId')),
  };
}
