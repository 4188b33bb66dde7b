import type { V1Node } from '@kubernetes/client-node';
import { ClusterError } from '../core/errors.ts';
import { cordon, type DrainResult, drainOnce, readPods, uncordon } from './drain.ts';
import { type Held, withLease } from './lease.ts';
import { instanceOf } from './read-group.ts';
import type { RolloutTools } from './roll-group.ts';
import { formatTag, parseTag, ROLLOUT_TAG } from './rollout-tag.ts';

/** Node groups that are to be removed. */
interface EmptyRequest {
  /** The environment, by which runs keep out of each other's way. */
  readonly environment: string;
  readonly groups: readonly {
    /** The name of the Auto Scaling group. */
    readonly name: string;
    /** How many nodes its stack declares. */
    readonly declared: number;
  }[];
  /** How long no pod may leave before this gives up, in milliseconds. */
  readonly drainMs: number;
}

type Tools = Pick<RolloutTools, 'api' | 'clock' | 'deadline' | 'groups' | 'log'>;

/** How often the nodes are looked at. */
const PASS_MS = 3_000;

/**
 * Drains all nodes of groups that are about to be removed: first no node takes new pods, then all pods are asked to leave,
 * as in a rollout. The instances stay, and with them the pods of DaemonSets; they end with their group. May be killed at
 * any moment and run again. When the groups are wanted again after that, the rollout of the next deploy lets their nodes
 * take pods, because of the tag that is left.
 *
 * @throws ClusterError when pods do not leave. By then, the nodes take pods again.
 */
export async function emptyGroups(request: EmptyRequest, tools: Tools): Promise<void> {
  const { api, clock, deadline, log } = tools;
  const { environment } = request;
  await withLease({ api, environment, clock, log, deadline }, async (held) => {
    const alone = await podsAlone(api, await nodesOf(request, tools));
    if (alone.length > 0) throw notEmpty(request, alone, 'delete these pods');
    await noteBegin(request, tools, held);
    const stuck = await drainAll(request, tools, held);
    if (stuck.length === 0) return;
    await letPodsIn(request, tools);
    throw notEmpty(request, stuck, FREE_THEM);
  });
}

/** @returns why pods do not leave; empty when none is left */
async function drainAll(
  request: EmptyRequest,
  tools: Tools,
  held: Held,
): Promise<readonly string[]> {
  const { api, clock, deadline, log } = tools;
  let fewest = Number.POSITIVE_INFINITY;
  let fellAt = clock.now();
  for (;;) {
    await held.check();
    const nodes = await nodesOf(request, tools);
    // Pods must not move from one of these nodes to another.
    await Promise.all(nodes.map((node) => cordon(api, node)));
    const results = await Promise.all(nodes.map((node) => drainOnce(api, node)));
    const left = results.reduce((sum, one) => sum + one.left, 0);
    if (left === 0) return [];
    if (left < fewest) {
      log.info(`${left} pods have to leave ${nodes.join(', ')}`);
      [fewest, fellAt] = [left, clock.now()];
    }
    const late = clock.now() - fellAt > request.drainMs || clock.now() > deadline;
    if (late) return reasons(results, left);
    await clock.sleep(PASS_MS);
  }
}

const FREE_THEM =
  'let the pods go (look at their PodDisruptionBudgets), raise drain-timeout, or make room for them on other nodes';

function reasons(results: readonly DrainResult[], left: number): readonly string[] {
  const told = results.flatMap(({ blocked, kept }) => [...kept, ...blocked]);
  return told.length > 0 ? told : [`${left} pods have not ended`];
}

/** The names of the nodes that the groups have now. */
async function nodesOf(
  { groups }: EmptyRequest,
  { api, groups: scaling }: Tools,
): Promise<readonly string[]> {
  const found = await Promise.all(groups.map(({ name }) => scaling.describe(name)));
  const ids = new Set(found.flatMap((group) => group?.instances ?? []).map(({ id }) => id));
  const nodes = await api.list<V1Node>('/api/v1/nodes');
  return nodes
    .filter((node) => ids.has(instanceOf(node) ?? ''))
    .map(({ metadata }) => metadata?.name ?? '');
}

/** The pods that nothing would start again. */
async function podsAlone(api: Tools['api'], nodes: readonly string[]): Promise<readonly string[]> {
  const pods = await Promise.all(nodes.map((node) => readPods(api, node)));
  const names = pods.flatMap(({ alone }) => alone).map(({ metadata }) => metadata);
  return names.map((pod) => `nothing would start pod ${pod?.namespace}/${pod?.name} again`);
}

/** A run that is killed leaves the tag of a rollout, so that a later one knows that it has work to end. */
async function noteBegin({ groups }: EmptyRequest, tools: Tools, held: Held): Promise<void> {
  for (const { declared, name } of groups) {
    const found = await tools.groups.describe(name);
    if (found === undefined || parseTag(found.tags[ROLLOUT_TAG]) !== undefined) continue;
    const text = formatTag({ target: found.desired, declared, renewBefore: undefined });
    await held.note(name, text);
    await tools.groups.setTag(name, ROLLOUT_TAG, text);
  }
}

/** Leaves the groups as they were. */
async function letPodsIn(request: EmptyRequest, tools: Tools): Promise<void> {
  for (const node of await nodesOf(request, tools)) await uncordon(tools.api, node);
  for (const { name } of request.groups) {
    if ((await tools.groups.describe(name)) === undefined) continue;
    await tools.groups.setTag(name, ROLLOUT_TAG, undefined);
  }
}

function notEmpty(
  { groups }: EmptyRequest,
  why: readonly string[],
  correction: string,
): ClusterError {
  return new ClusterError({
    resource: `nodes of ${groups.map(({ name }) => name).join(', ')}`,
    reason: `the group is to be removed, and pods do not leave: ${why.join('; ')}. Its nodes stay as they are`,
    nextStep: `${correction}, then run the action again; or list its zone again`,
  });
}
