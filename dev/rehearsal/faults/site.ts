import {
  AssignPrivateIpAddressesCommand,
  DescribeInstancesCommand,
  type EC2Client,
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
        'sh',
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
  };
}

async function faultyNode(ec2: EC2Client, { name, instanceId }: Node): Promise<FaultyNode> {
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

/** The pod of thick Multus, which runs in the node's network and has the node's file system at /hostroot. */
async function multusPodOn(kubectl: Kubectl, node: string): Promise<string> {
  const selector = ['-l', 'name=multus', '--field-selector', `spec.nodeName=${node}`];
  const path = '{.items[0].metadata.name}';
  return kubectl('get', 'pods', '-n', 'kube-system', ...selector, '-o', `jsonpath=${path}`);
}
