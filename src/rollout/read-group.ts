import type { V1Node } from '@kubernetes/client-node';
import type { NetworkInterface } from '../aws/network-interfaces.ts';
import type { KubernetesApi } from '../kubernetes/api.ts';
import { nodeState } from '../kubernetes/nodes.ts';
import { isDraining, readPods } from './drain.ts';
import type { GroupState, Member, MemberNode } from './group-state.ts';
import type { Machine, Machines } from './machines.ts';
import type { RunMemory } from './memory.ts';
import { outdatedBy, type WantedInstance } from './outdated.ts';
import { parseTag, ROLLOUT_TAG } from './rollout-tag.ts';
import type { ScalingGroup, ScalingGroups, ScalingInstance } from './scaling-group.ts';

/** A node group to look at, and what its nodes are to be. */
export interface GroupRequest {
  /** The name of the Auto Scaling group. */
  readonly name: string;
  /** The name of the cluster, by which its interfaces are tagged. */
  readonly cluster: string;
  /** How many nodes its stack declares. */
  readonly declared: number;
  /** What the template and the cluster say; the template's version comes from the group itself. */
  readonly wanted: Omit<WantedInstance, 'template' | 'renewBefore'>;
}

export interface Sources {
  readonly groups: ScalingGroups;
  readonly machines: Machines;
  /** Undefined when the API server cannot be asked. Then no node is known. */
  readonly api: KubernetesApi | undefined;
}

/**
 * Reads a group, its instances and their nodes.
 *
 * @param memory what this run remembers of them
 * @param now milliseconds since 1970
 * @returns undefined when there is no such group.
 */
export async function readGroup(
  { api, groups, machines }: Sources,
  request: GroupRequest,
  memory: RunMemory,
  now: number,
): Promise<GroupState | undefined> {
  const group = await groups.describe(request.name);
  if (group === undefined) return undefined;
  const [found, interfaces, nodes] = await Promise.all([
    machines.describe(request.name),
    machines.interfacesOf(request.cluster),
    api?.list<V1Node>('/api/v1/nodes') ?? [],
  ]);
  const pods = await countPods(api, nodes.filter(isDraining));
  const known = { found, interfaces, nodes, pods, now };
  const members = group.instances.map((one) => toMember(one, group, request, known, memory));
  const tag = parseTag(group.tags[ROLLOUT_TAG]);
  const short = group.desired > members.filter(({ phase }) => phase !== 'leaving').length;
  const shortSince = memory.shortSince(group.name, short, now);
  return {
    name: group.name,
    desired: group.desired,
    max: group.max,
    // Somebody who has changed the size of the group since then wants that size.
    target: tag?.declared === request.declared ? tag.target : undefined,
    renewBefore: tag?.renewBefore,
    suspended: group.suspended,
    members: members.map((one) => memory.withoutHopeless(one)),
    shortSince,
    launchFailure: short ? await groups.launchFailure(group.name) : undefined,
  };
}

/** How many pods have to leave each node, by its name. */
async function countPods(
  api: KubernetesApi | undefined,
  draining: readonly V1Node[],
): Promise<ReadonlyMap<string, number>> {
  if (api === undefined) return new Map();
  const counts = draining.map(async ({ metadata }) => {
    const name = metadata?.name ?? '';
    const { alone, ending, evict } = await readPods(api, name);
    return [name, alone.length + ending.length + evict.length] as const;
  });
  return new Map(await Promise.all(counts));
}

interface Known {
  readonly found: readonly Machine[];
  readonly interfaces: readonly NetworkInterface[];
  readonly nodes: readonly V1Node[];
  readonly pods: ReadonlyMap<string, number>;
  /** Milliseconds since 1970. */
  readonly now: number;
}

function toMember(
  instance: ScalingInstance,
  group: ScalingGroup,
  { wanted }: GroupRequest,
  { found, interfaces, nodes, now, pods }: Known,
  memory: RunMemory,
): Member {
  const { id, template } = instance;
  const machine = found.find((one) => one.id === id);
  const node = nodes.find((one) => instanceOf(one) === id);
  const own = interfaces.filter((one) => one.instanceId === id && (one.deviceIndex ?? 0) > 0);
  // EC2 may not list an instance yet that has just been launched.
  const launchedAt = machine?.launchedAt ?? now;
  const facts = {
    template,
    imageId: machine?.imageId,
    instanceType: machine?.instanceType,
    prefixes:
      own.length === 0 ? undefined : Math.min(...own.map(({ prefixes }) => prefixes.length)),
    kubeletVersion: node?.status?.nodeInfo?.kubeletVersion,
    launchedAt,
  };
  const renewBefore = parseTag(group.tags[ROLLOUT_TAG])?.renewBefore;
  return {
    instanceId: id,
    // The group may not show yet that this run has ended the instance.
    phase: memory.hasEnded(id) ? 'leaving' : instance.phase,
    launchedAt,
    waitedSince: memory.waitedSince(launchedAt),
    outdated: outdatedBy(facts, { ...wanted, template: group.template, renewBefore }),
    node: node === undefined ? undefined : toNode(node, pods),
    ...memory.of(id),
  };
}

function toNode(node: V1Node, pods: ReadonlyMap<string, number>): MemberNode {
  const { name, ready, reason } = nodeState(node);
  return {
    name,
    ready,
    reason,
    cordoned: node.spec?.unschedulable === true,
    draining: isDraining(node),
    pods: pods.get(name),
  };
}

/** The instance of a node: the id at the end of a provider ID such as `aws:///ap-northeast-2a/i-0123456789abcdef0`. */
export function instanceOf({ spec }: V1Node): string | undefined {
  return spec?.providerID?.split('/').at(-1);
}
