import {
  AssignIpv6AddressesCommand,
  AttachNetworkInterfaceCommand,
  CreateNetworkInterfaceCommand,
  DeleteNetworkInterfaceCommand,
  type EC2Client,
  type NetworkInterface as Ec2NetworkInterface,
  ModifyNetworkInterfaceAttributeCommand,
  paginateDescribeNetworkInterfaces,
} from '@aws-sdk/client-ec2';
import type { NetworkInterface, WantedInterface } from './plan.ts';
import type { Settings } from './settings.ts';

const INSTANCE_TAG = 'eks-multus-actions/instance';
const DEVICE_INDEX_TAG = 'eks-multus-actions/device-index';
const CLUSTER_TAG = 'eks-multus-actions/cluster';

/** What the hook does to the network interfaces of one instance. */
export interface Interfaces {
  list(): Promise<readonly NetworkInterface[]>;
  /** Creates an interface, or finds the one that an earlier call for this device created. Returns its id. */
  create(wanted: WantedInterface): Promise<string>;
  /** Attaches an interface and returns the id of the attachment. */
  attach(interfaceId: string, deviceIndex: number): Promise<string>;
  assignIpv6Prefix(interfaceId: string): Promise<void>;
  disableSourceDestCheck(interfaceId: string): Promise<void>;
  deleteOnTermination(interfaceId: string, attachmentId: string): Promise<void>;
  remove(interfaceId: string): Promise<void>;
}

/** The network interfaces of an instance, by EC2's API. */
export function interfacesOf(instanceId: string, settings: Settings, ec2: EC2Client): Interfaces {
  return {
    list: () => list(instanceId, ec2),
    create: (wanted) => create(instanceId, wanted, settings, ec2),
    async attach(interfaceId, deviceIndex) {
      const { AttachmentId: id } = await ec2.send(
        new AttachNetworkInterfaceCommand({
          InstanceId: instanceId,
          NetworkInterfaceId: interfaceId,
          DeviceIndex: deviceIndex,
        }),
      );
      return present(id, 'AttachNetworkInterface gave no attachment id');
    },
    async assignIpv6Prefix(interfaceId) {
      await ec2.send(
        new AssignIpv6AddressesCommand({ NetworkInterfaceId: interfaceId, Ipv6PrefixCount: 1 }),
      );
    },
    async disableSourceDestCheck(interfaceId) {
      await ec2.send(
        new ModifyNetworkInterfaceAttributeCommand({
          NetworkInterfaceId: interfaceId,
          SourceDestCheck: { Value: false },
        }),
      );
    },
    async deleteOnTermination(interfaceId, attachmentId) {
      await ec2.send(
        new ModifyNetworkInterfaceAttributeCommand({
          NetworkInterfaceId: interfaceId,
          Attachment: { AttachmentId: attachmentId, DeleteOnTermination: true },
        }),
      );
    },
    async remove(interfaceId) {
      await ec2.send(new DeleteNetworkInterfaceCommand({ NetworkInterfaceId: interfaceId }));
    },
  };
}

/** The interfaces attached to the instance and those created for it. Two calls, because EC2's filters have no "or". */
async function list(instanceId: string, ec2: EC2Client): Promise<readonly NetworkInterface[]> {
  const answers = await Promise.all([
    describe('attachment.instance-id', instanceId, ec2),
    describe(`tag:${INSTANCE_TAG}`, instanceId, ec2),
  ]);
  const byId = new Map(answers.flat().map((one) => [one.id, one]));
  return [...byId.values()];
}

async function describe(
  Name: string,
  instanceId: string,
  ec2: EC2Client,
): Promise<NetworkInterface[]> {
  const found: NetworkInterface[] = [];
  const Filters = [{ Name, Values: [instanceId] }];
  for await (const page of paginateDescribeNetworkInterfaces({ client: ec2 }, { Filters })) {
    found.push(...(page.NetworkInterfaces ?? []).map((one) => readInterface(one, instanceId)));
  }
  return found;
}

/** An interface can be moved and keeps its tags, so the hook only owns those whose tag names this instance. */
function readInterface(described: Ec2NetworkInterface, instanceId: string): NetworkInterface {
  const tags = new Map(described.TagSet?.map(({ Key, Value }) => [Key, Value]));
  const madeFor = tags.get(INSTANCE_TAG) === instanceId ? tags.get(DEVICE_INDEX_TAG) : undefined;
  const { AttachmentId: id, DeviceIndex: deviceIndex } = described.Attachment ?? {};
  return {
    id: present(described.NetworkInterfaceId, 'an interface without an id'),
    subnetId: described.SubnetId ?? '',
    madeFor: madeFor === undefined ? undefined : Number(madeFor),
    attachment:
      id === undefined || deviceIndex === undefined
        ? undefined
        : {
            id,
            deviceIndex,
            deleteOnTermination: described.Attachment?.DeleteOnTermination ?? false,
          },
    sourceDestCheck: described.SourceDestCheck ?? true,
    hasIpv6Prefix: (described.Ipv6Prefixes ?? []).length > 0,
  };
}

async function create(
  instanceId: string,
  { deviceIndex, subnetId, ipv6Prefix = false }: WantedInterface,
  settings: Settings,
  ec2: EC2Client,
): Promise<string> {
  const tags = {
    ...settings.tags,
    Name: `${settings.cluster}-eth${deviceIndex}`,
    // The VPC CNI takes over any interface that it first sees without this tag, so the tag must be there from the start.
    'node.k8s.amazonaws.com/no_manage': 'true',
    [CLUSTER_TAG]: settings.cluster,
    [INSTANCE_TAG]: instanceId,
    [DEVICE_INDEX_TAG]: String(deviceIndex),
  };
  const { NetworkInterface: created } = await ec2.send(
    new CreateNetworkInterfaceCommand({
      // The same token gives the same interface, so two deliveries of one event create only one.
      ClientToken: `${instanceId}-${deviceIndex}`,
      SubnetId: subnetId,
      Groups: [...settings.securityGroupIds],
      Description: `Multus eth${deviceIndex} of ${instanceId}`,
      ...(settings.prefixes > 0 ? { Ipv4PrefixCount: settings.prefixes } : {}),
      ...(ipv6Prefix ? { Ipv6PrefixCount: 1 } : {}),
      TagSpecifications: [
        {
          ResourceType: 'network-interface',
          Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })),
        },
      ],
    }),
  );
  return present(created?.NetworkInterfaceId, 'CreateNetworkInterface gave no interface id');
}

function present(value: string | undefined, otherwise: string): string {
  if (value === undefined) throw new Error(otherwise);
  return value;
}
