import {
  AssignPrivateIpAddressesCommand,
  DescribeInstancesCommand,
  EC2Client,
  UnassignPrivateIpAddressesCommand,
} from '@aws-sdk/client-ec2';
import { clientConfig } from '../account-view.ts';
import type { Kubectl } from '../facts.ts';
import { run } from '../process.ts';

/** A node whose network is disturbed, and its interface eth1. */
export interface FaultyNode {
  readonly name: string;
  readonly instanceId: string;
  /** The network interface of eth1, and its first prefix. */
  readonly interfaceId: string;
  readonly prefix: string;
}

/** An environment with two nodes, and the means to disturb it. */
export interface Site {
  readonly kubectl: Kubectl;
  readonly near: FaultyNode;
  readonly far: FaultyNode;
  /** Runs a shell script on a node, in its own file system and network. */
  onNode(node: FaultyNode, script: string): Promise<string>;
  /** Runs a program where packets between nodes pass: in the VPC. */
  inVpc(command: string, ...args: readonly string[]): Promise<string>;
  /** Takes the prefix of eth1 from a node, or gives it back. */
  unassign(node: FaultyNode): Promise<void>;
  assign(node: FaultyNode): Promise<void>;
}

interface KubernetesNode {
  readonly metadata: { readonly name: string };
  readonly spec: { readonly providerID: string };
}

export async function findSite(kubectl: Kubectl): Promise<Site> {
  const ec2 = new EC2Client(clientConfig());
  const { items } = JSON.parse(await kubectl('get', 'nodes', '-o', 'json')) as {
    items: KubernetesNode[];
  };
  const [near, far] = await Promise.all(
    items.map(({ metadata, spec }) => faultyNode(ec2, metadata.name, spec.providerID)),
  );
  if (near === undefined || far === undefined) throw new Error('faults need two nodes');
  return {
    ...{ kubectl, near, far },
    onNode: async ({ name }, script) => {
      const pod = await multusPodOn(kubectl, name);
      return kubectl(
        ...['exec', '-n', 'kube-system', pod, '--', 'chroot', '/hostroot', 'sh', '-ec', script],
      );
    },
    inVpc: (command, ...args) => run(command, args),
    async unassign({ interfaceId, prefix }) {
      const request = { NetworkInterfaceId: interfaceId, Ipv4Prefixes: [prefix] };
      await ec2.send(new UnassignPrivateIpAddressesCommand(request));
    },
    async assign({ interfaceId, prefix }) {
      const request = { NetworkInterfaceId: interfaceId, Ipv4Prefixes: [prefix] };
      await ec2.send(new AssignPrivateIpAddressesCommand(request));
    },
  };
}

async function faultyNode(ec2: EC2Client, name: string, providerId: string): Promise<FaultyNode> {
  const instanceId = providerId.split('/').at(-1) ?? '';
  const { Reservations: [reservation] = [] } = await ec2.send(
    new DescribeInstancesCommand({ InstanceIds: [instanceId] }),
  );
  const eth1 = reservation?.Instances?.[0]?.NetworkInterfaces?.find(
    ({ Attachment }) => Attachment?.DeviceIndex === 1,
  );
  const prefix = eth1?.Ipv4Prefixes?.[0]?.Ipv4Prefix;
  if (eth1?.NetworkInterfaceId === undefined || prefix === undefined) {
    throw new Error(`${name} has no prefix on device 1`);
  }
  return { name, instanceId, interfaceId: eth1.NetworkInterfaceId, prefix };
}

/** Thick Multus runs in the node's network, with the node's file system below /hostroot. */
async function multusPodOn(kubectl: Kubectl, node: string): Promise<string> {
  const selector = ['-l', 'name=multus', '--field-selector', `spec.nodeName=${node}`];
  const path = '{.items[0].metadata.name}';
  return kubectl('get', 'pods', '-n', 'kube-system', ...selector, '-o', `jsonpath=${path}`);
}
