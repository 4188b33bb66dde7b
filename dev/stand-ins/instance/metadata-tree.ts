import {
  type Ec2State,
  type Instance,
  interfacesOf,
  type NetworkInterface,
  subnetOf,
} from '../vpc/ec2-state.ts';

/** A metadata item: a text, a text that is fetched on request (undefined when absent), or a folder. */
export type Item = string | (() => Promise<string | undefined>) | Folder;
export interface Folder {
  readonly [name: string]: Item;
}

export interface InstanceSources {
  readonly accountId: string;
  readonly region: string;
  /** The role of the instance profile; undefined without one. */
  readonly roleName?: string;
  /** Its temporary credentials, in the metadata service's JSON. */
  readonly credentials: () => Promise<string>;
  /** The user data; undefined without any. */
  readonly userData: () => Promise<string | undefined>;
  /** The notice that EC2 takes a spot instance back; undefined without one. */
  readonly notice?: { readonly action: string; readonly time: string } | undefined;
}

/**
 * Everything below `/latest` for one instance, named as in the EC2 user guide ("Instance metadata
 * categories"). Leaves out items that nothing here reads.
 */
export function metadataOf(state: Ec2State, instance: Instance, sources: InstanceSources): Folder {
  const interfaces = interfacesOf(state, instance.id);
  const primary = interfaces[0];
  return {
    dynamic: {
      'instance-identity': { document: identityDocument(instance, sources, primary) },
    },
    'meta-data': {
      'ami-id': instance.imageId,
      hostname: instance.privateDnsName,
      ...iam(instance, sources),
      'instance-id': instance.id,
      'instance-life-cycle': instance.isSpot ? 'spot' : 'on-demand',
      'instance-type': instance.type,
      'local-hostname': instance.privateDnsName,
      'local-ipv4': primary?.addresses[0] ?? '',
      mac: primary?.mac ?? '',
      network: {
        interfaces: {
          macs: Object.fromEntries(
            interfaces.map((eni) => [eni.mac, networkInterface(state, eni, sources.accountId)]),
          ),
        },
      },
      placement: { 'availability-zone': instance.zone, region: sources.region },
      'security-groups': (primary?.securityGroups ?? []).map(({ name }) => name).join('\n'),
      ...spot(sources),
      services: { domain: 'amazonaws.com', partition: 'aws' },
    },
    'user-data': sources.userData,
  };
}

function networkInterface(state: Ec2State, eni: NetworkInterface, owner: string): Folder {
  const subnet = subnetOf(state, eni);
  return {
    'device-number': String(eni.attachment?.deviceIndex ?? 0),
    'interface-id': eni.id,
    // Absent without a prefix: the real service then answers 404.
    ...(eni.prefixes.length === 0 ? {} : { 'ipv4-prefix': eni.prefixes.join('\n') }),
    ...linesUnlessEmpty('ipv6-prefix', eni.ipv6Prefixes),
    ...linesUnlessEmpty('ipv6s', eni.ipv6Addresses),
    'local-ipv4s': eni.addresses.join('\n'),
    mac: eni.mac,
    'owner-id': owner,
    'security-group-ids': eni.securityGroups.map(({ id }) => id).join('\n'),
    'subnet-id': subnet.id,
    'subnet-ipv4-cidr-block': subnet.cidr,
    ...linesUnlessEmpty('subnet-ipv6-cidr-blocks', subnet.ipv6Cidr),
    'vpc-id': subnet.vpcId,
    'vpc-ipv4-cidr-block': subnet.vpcCidr,
    'vpc-ipv4-cidr-blocks': (subnet.vpcCidrs ?? [subnet.vpcCidr]).join('\n'),
    ...linesUnlessEmpty('vpc-ipv6-cidr-blocks', subnet.vpcIpv6Cidrs),
  };
}

/**
 * An item of IPv6, which is absent where there is nothing, as the VPC CNI expects:
 * https://github.com/aws/amazon-vpc-cni-k8s/blob/master/pkg/awsutils/imds.go
 */
function linesUnlessEmpty(name: string, values: string | readonly string[] = []): Folder {
  const lines = [values].flat();
  return lines.length === 0 ? {} : { [name]: lines.join('\n') };
}

/** Absent while EC2 has given no notice. */
function spot({ notice }: InstanceSources): Folder {
  if (notice === undefined) return {};
  return {
    spot: { 'instance-action': JSON.stringify(notice), 'termination-time': notice.time },
  };
}

function iam(instance: Instance, { roleName, credentials }: InstanceSources): Folder {
  if (instance.instanceProfileArn === undefined || roleName === undefined) return {};
  return {
    iam: {
      info: JSON.stringify({ Code: 'Success', InstanceProfileArn: instance.instanceProfileArn }),
      'security-credentials': { [roleName]: credentials },
    },
  };
}

function identityDocument(
  instance: Instance,
  { accountId, region }: InstanceSources,
  primary: NetworkInterface | undefined,
): string {
  return JSON.stringify({
    accountId,
    architecture: 'x86_64',
    availabilityZone: instance.zone,
    imageId: instance.imageId,
    instanceId: instance.id,
    instanceType: instance.type,
    pendingTime: instance.launchTime,
    privateIp: primary?.addresses[0] ?? '',
    region,
    version: '2017-09-30',
  });
}

/**
 * The item at a path below `/latest`: a text, the listing of a folder (its folders end in a slash), or
 * undefined, which is a 404.
 */
export async function readItem(root: Folder, path: string): Promise<string | undefined> {
  let item: Item | undefined = root;
  for (const name of path.split('/').filter((part) => part !== '')) {
    if (typeof item !== 'object') return undefined;
    item = Object.hasOwn(item, name) ? item[name] : undefined;
  }
  if (typeof item === 'function') return item();
  if (typeof item !== 'object') return item;
  return Object.entries(item)
    .map(([name, child]) => (typeof child === 'object' ? `${name}/` : name))
    .join('\n');
}
