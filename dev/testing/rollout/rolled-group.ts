import { DescribeAutoScalingGroupsCommand } from '@aws-sdk/client-auto-scaling';
import { DescribeNetworkInterfacesCommand } from '@aws-sdk/client-ec2';
import type { V1Node } from '@kubernetes/client-node';
import type { KubernetesApi } from '../../../src/kubernetes/api.ts';
import type { Clients } from '../../stand-ins/aws/testing/local-aws.ts';
import { LAB_INPUTS } from '../samples/lab-inputs.ts';

export const GROUP = `${LAB_INPUTS['environment']}-ng1`;
export const NODES = 3;

/** The lab with some nodes in one group, of which one at a time may be replaced. A new volume size makes all outdated. */
export function rolledInputs(volumeSize: number, nodes = NODES): Readonly<Record<string, string>> {
  const group = { name: 'ng1', zone: 'ap-northeast-2a', min: 1, desired: nodes, max: nodes + 1 };
  return {
    ...LAB_INPUTS,
    'node-groups': JSON.stringify([{ ...group, 'volume-size': volumeSize }]),
    'drain-timeout': '5',
  };
}

/** How a group is after a rollout, as AWS and the cluster show it. */
export interface GroupFacts {
  readonly instances: readonly string[];
  /** Instances that are not of the group's template version. */
  readonly outdated: readonly string[];
  readonly desired: number;
  /** Tags that a rollout left behind. */
  readonly tags: readonly string[];
  readonly nodes: readonly string[];
  readonly cordoned: readonly string[];
  /** Interfaces of the launch hook without an instance. */
  readonly leaked: readonly string[];
  /** Addresses and prefixes that two interfaces have. */
  readonly doubled: readonly string[];
}

export async function readGroupFacts(clients: Clients, api: KubernetesApi): Promise<GroupFacts> {
  const query = new DescribeAutoScalingGroupsCommand({ AutoScalingGroupNames: [GROUP] });
  const { AutoScalingGroups: [group] = [] } = await clients.autoscaling.send(query);
  const instances = group?.Instances ?? [];
  const nodes = await api.list<V1Node>('/api/v1/nodes');
  const interfaces = await readInterfaces(clients);
  const version = group?.LaunchTemplate?.Version;
  return {
    instances: instances.map(({ InstanceId = '' }) => InstanceId),
    outdated: instances
      .filter(({ LaunchTemplate }) => LaunchTemplate?.Version !== version)
      .map(({ InstanceId = '' }) => InstanceId),
    desired: group?.DesiredCapacity ?? 0,
    tags: (group?.Tags ?? []).flatMap(({ Key }) => (Key === 'eks-multus:rollout' ? [Key] : [])),
    nodes: nodes.map(({ metadata }) => metadata?.name ?? ''),
    cordoned: nodes
      .filter(({ spec }) => spec?.unschedulable === true)
      .map(({ metadata }) => metadata?.name ?? ''),
    leaked: interfaces.filter(({ instance }) => instance === undefined).map(({ id }) => id),
    doubled: doubles(interfaces.flatMap(({ addresses }) => addresses)),
  };
}

async function readInterfaces({ ec2 }: Clients) {
  const Filters = [{ Name: 'tag-key', Values: ['eks-multus-actions/node-group'] }];
  const { NetworkInterfaces = [] } = await ec2.send(
    new DescribeNetworkInterfacesCommand({ Filters }),
  );
  return NetworkInterfaces.map((one) => ({
    id: one.NetworkInterfaceId ?? '',
    instance: one.Attachment?.InstanceId,
    addresses: [
      ...(one.PrivateIpAddresses ?? []).map(({ PrivateIpAddress = '' }) => PrivateIpAddress),
      ...(one.Ipv4Prefixes ?? []).map(({ Ipv4Prefix = '' }) => Ipv4Prefix),
    ],
  }));
}

function doubles(texts: readonly string[]): readonly string[] {
  return texts.filter((text, index) => texts.indexOf(text) !== index);
}

/** What is wrong with a group whose rollout has ended; empty when nothing is. Pure. */
export function faultsOf(facts: GroupFacts, count = NODES): readonly string[] {
  const { cordoned, desired, doubled, instances, leaked, nodes, outdated, tags } = facts;
  return [
    ...(instances.length === count ? [] : [`${instances.length} instances`]),
    ...(nodes.length === count ? [] : [`${nodes.length} nodes`]),
    ...(desired === count ? [] : [`${desired} desired`]),
    ...outdated.map((id) => `${id} is outdated`),
    ...cordoned.map((name) => `${name} is cordoned`),
    ...tags.map((tag) => `tag ${tag} is left`),
    ...leaked.map((id) => `interface ${id} is left`),
    ...doubled.map((address) => `${address} is on two interfaces`),
  ];
}
