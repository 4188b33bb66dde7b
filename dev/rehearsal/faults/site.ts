import {
  AssignIpv6AddressesCommand,
  AssignPrivateIpAddressesCommand,
  AuthorizeSecurityGroupIngressCommand,
  DescribeInstancesCommand,
  DescribeNetworkInterfacesCommand,
  DescribeSecurityGroupsCommand,
  DescribeSubnetsCommand,
  type EC2Client,
  type IpPermission,
  RevokeSecurityGroupIngressCommand,
  UnassignIpv6AddressesCommand,
  UnassignPrivateIpAddressesCommand,
} from '@aws-sdk/client-ec2';
import { run } from '../../tools/process.ts';
import type { Kubectl } from '../facts.ts';
import { awaitNodes, type Node, readNodes } from '../fixtures/nodes.ts';
import type { StandIns } from '../world.ts';

/** A node and its interface eth1. */
export interface FaultyNode {
  readonly name: string;
  readonly instanceId: string;
  /** The ENI behind eth1, and its first prefix. */
  readonly interfaceId: string;
  readonly prefix: string;
  /** The primary address of eth1, its subnet, and its first security group. */
  readonly primary: string;
  readonly subnet: string;
  readonly groupId: string;
  /** The first IPv6 prefix, and the subnet's IPv6 range; empty without IPv6. */
  readonly ipv6Prefix: string;
  readonly ipv6Subnet: string;
}

/** An environment with two nodes, and the means to cause faults in it. */
export interface Site {
  readonly kubectl: Kubectl;
  /** The path of the cluster's kubeconfig. */
  readonly kubeconfig: string;
  readonly near: FaultyNode;
  readonly far: FaultyNode;
  /** Runs a shell script on a node, in the node's file system and network. */
  onNode(node: FaultyNode, script: string): Promise<string>;
  /** Runs a program in the VPC, where packets between nodes pass. */
  inVpc(command: string, ...args: readonly string[]): Promise<string>;
  /** Reboots a node and resolves when it is Ready, with Multus. */
  reboot(node: FaultyNode): Promise<void>;
  /** Unassigns the prefix of a node's eth1, or assigns it again. */
  unassign(node: FaultyNode): Promise<void>;
  assign(node: FaultyNode): Promise<void>;
  /** The same with its IPv6 prefix. */
  unassignIpv6(node: FaultyNode): Promise<void>;
  assignIpv6(node: FaultyNode): Promise<void>;
  /** Lets the security group of eth1 allow these protocols from where it allowed others, and nothing else. */
  allow(protocols: readonly string[]): Promise<void>;
  /** Takes the rules for IPv6 from the security group of eth1, those for packets to it, or gives them back. */
  denyIpv6(): Promise<void>;
  allowIpv6(): Promise<void>;
  /** What EC2 says of the nodes' eth1 and its security group, as text. */
  ec2Text(): Promise<string>;
}

const BOOTS_WITHIN_MS = 300_000;

export async function findSite(
  kubectl: Kubectl,
  kubeconfig: string,
  { ec2, machines }: Pick<StandIns, 'ec2' | 'machines'>,
): Promise<Site> {
  const nodes = await readNodes(kubectl);
  const [near, far] = await Promise.all(nodes.map((node) => faultyNode(ec2, node)));
  if (near === undefined || far === undefined) throw new Error('faults need two nodes');
  return {
    kubectl,
    kubeconfig,
    near,
    far,
    // AL2023's sh is bash. That of the rehearsal's nodes is BusyBox, which takes its own tc without netem.
    onNode: async ({ name }, script) => {
      const pod = await multusPodOn(kubectl, name);
      return kubectl(
        'exec',
        '-n',
        'kube-system',
        pod,
        '--',
        'chroot',
        '/hostroot',
        'bash',
        '-ec',
        script,
      );
    },
    inVpc: (command, ...args) => run(command, args),
    async reboot({ name, instanceId }) {
      const before = (await readNodes(kubectl)).find((node) => node.name === name)?.bootId;
      await machines.reboot(instanceId);
      const booted = (now: readonly Node[]) =>
        now.some((node) => node.name === name && node.bootId !== before);
      await awaitNodes(kubectl, nodes.length, BOOTS_WITHIN_MS, booted);
      const rollout = ['rollout', 'status', 'daemonset/kube-multus-ds', '--timeout=180s'];
      await kubectl('-n', 'kube-system', ...rollout);
    },
    async unassign({ interfaceId, prefix }) {
      const request = { NetworkInterfaceId: interfaceId, Ipv4Prefixes: [prefix] };
      await ec2.send(new UnassignPrivateIpAddressesCommand(request));
    },
    async assign({ interfaceId, prefix }) {
      const request = { NetworkInterfaceId: interfaceId, Ipv4Prefixes: [prefix] };
      await ec2.send(new AssignPrivateIpAddressesCommand(request));
    },
    async unassignIpv6({ interfaceId, ipv6Prefix }) {
      const request = { NetworkInterfaceId: interfaceId, Ipv6Prefixes: [ipv6Prefix] };
      await ec2.send(new UnassignIpv6AddressesCommand(request));
    },
    async assignIpv6({ interfaceId, ipv6Prefix }) {
      const request = { NetworkInterfaceId: interfaceId, Ipv6Prefixes: [ipv6Prefix] };
      await ec2.send(new AssignIpv6AddressesCommand(request));
    },
    ...ipv6Rules(ec2, near.groupId),
    allow: (protocols) => allowOnly(ec2, near.groupId, protocols),
    async ec2Text() {
      const now = await Promise.all([near, far].map((node) => faultyNode(ec2, node)));
      return JSON.stringify([now, await rulesOf(ec2, near.groupId)]);
    },
  };
}

function ipv6Rules(ec2: EC2Client, GroupId: string): Pick<Site, 'denyIpv6' | 'allowIpv6'> {
  let taken: IpPermission[] = [];
  return {
    async denyIpv6() {
      const rules = await rulesOf(ec2, GroupId);
      taken = rules
        .filter(({ Ipv6Ranges = [] }) => Ipv6Ranges.length > 0)
        .map(({ IpProtocol, Ipv6Ranges }) => ({ IpProtocol, Ipv6Ranges }));
      const request = { GroupId, IpPermissions: taken };
      await ec2.send(new RevokeSecurityGroupIngressCommand(request));
    },
    async allowIpv6() {
      const request = { GroupId, IpPermissions: taken };
      await ec2.send(new AuthorizeSecurityGroupIngressCommand(request));
    },
  };
}

async function rulesOf(ec2: EC2Client, groupId: string) {
  const { SecurityGroups: [group] = [] } = await ec2.send(
    new DescribeSecurityGroupsCommand({ GroupIds: [groupId] }),
  );
  return group?.IpPermissions ?? [];
}

async function allowOnly(
  ec2: EC2Client,
  groupId: string,
  protocols: readonly string[],
): Promise<void> {
  const before = await rulesOf(ec2, groupId);
  const { IpRanges } = before[0] ?? {};
  // Of ICMP, -1 stands for all types; of TCP and UDP, these are all ports.
  const ports = (protocol: string) =>
    protocol === 'icmp' ? { FromPort: -1, ToPort: -1 } : { FromPort: 0, ToPort: 65_535 };
  const IpPermissions = protocols.map((IpProtocol) => ({
    IpProtocol,
    IpRanges,
    ...(IpProtocol === '-1' ? {} : ports(IpProtocol)),
  }));
  await ec2.send(new AuthorizeSecurityGroupIngressCommand({ GroupId: groupId, IpPermissions }));
  await ec2.send(
    new RevokeSecurityGroupIngressCommand({ GroupId: groupId, IpPermissions: [...before] }),
  );
}

async function faultyNode(
  ec2: EC2Client,
  { name, instanceId }: Pick<Node, 'name' | 'instanceId'>,
): Promise<FaultyNode> {
  const { Reservations: [reservation] = [] } = await ec2.send(
    new DescribeInstancesCommand({ InstanceIds: [instanceId] }),
  );
  const eth1 = reservation?.Instances?.[0]?.NetworkInterfaces?.find(
    ({ Attachment }) => Attachment?.DeviceIndex === 1,
  );
  const prefix = eth1?.Ipv4Prefixes?.[0]?.Ipv4Prefix;
  if (eth1?.NetworkInterfaceId === undefined) throw new Error(`${name} has no device 1`);
  const { Subnets: [subnet] = [] } = await ec2.send(
    new DescribeSubnetsCommand({ SubnetIds: [eth1.SubnetId ?? ''] }),
  );
  const { NetworkInterfaces: [described] = [] } = await ec2.send(
    new DescribeNetworkInterfacesCommand({ NetworkInterfaceIds: [eth1.NetworkInterfaceId] }),
  );
  return {
    name,
    instanceId,
    interfaceId: eth1.NetworkInterfaceId,
    prefix: prefix ?? '',
    primary: eth1.PrivateIpAddress ?? '',
    subnet: subnet?.CidrBlock ?? '',
    groupId: eth1.Groups?.[0]?.GroupId ?? '',
    ipv6Prefix: described?.Ipv6Prefixes?.[0]?.Ipv6Prefix ?? '',
    ipv6Subnet: subnet?.Ipv6CidrBlockAssociationSet?.[0]?.Ipv6CidrBlock ?? '',
  };
}

/** The pod of thick Multus, which runs in the node's network and has the node's file system at /hostroot. */
async function multusPodOn(kubectl: Kubectl, node: string): Promise<string> {
  const selector = ['-l', 'name=multus', '--field-selector', `spec.nodeName=${node}`];
  const path = '{.items[0].metadata.name}';
  return kubectl('get', 'pods', '-n', 'kube-system', ...selector, '-o', `jsonpath=${path}`);
}
