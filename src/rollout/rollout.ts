import type { NetworkInterface } from '../aws/network-interfaces.ts';
import { until } from '../core/retry.ts';
import type { GroupState, RolloutLimits } from './group-state.ts';
import { type Held, withLease } from './lease.ts';
import { RunMemory } from './memory.ts';
import { type NodeRow, RolloutProgress } from './progress.ts';
import type { GroupRequest } from './read-group.ts';
import { type RolloutTools, rollGroup } from './roll-group.ts';
import { formatTag, parseTag, ROLLOUT_TAG } from './rollout-tag.ts';

/** What a rollout has found and done. It is filled during the run, so that a failed run shows how far it came. */
export interface RolloutResult {
  rows: readonly NodeRow[];
  /** How the Multus interfaces are at the end; undefined when the rollout did not get there. */
  interfaces?: InterfaceCount;
}

export interface InterfaceCount {
  readonly attached: number;
  /** Ids of interfaces that belong to no instance and did not exist before. */
  readonly leaked: readonly string[];
  /** Addresses and prefixes that two interfaces have. */
  readonly doubled: readonly string[];
}

/** What is to be rolled. */
export interface RolloutRequest {
  /** The environment, by which runs keep out of each other's way. */
  readonly environment: string;
  /** The cluster, by which interfaces are tagged. */
  readonly cluster: string;
  readonly groups: readonly GroupRequest[];
  readonly limits: RolloutLimits;
  /** Whether also nodes that are up to date are replaced. */
  readonly everyNode: boolean;
}

/**
 * Replaces the outdated nodes of all groups, one group after another, and counts the interfaces at the end. Does nothing,
 * and asks the API server for nothing but the lease and the nodes, when every node is up to date.
 *
 * @param result what the rollout has done, also when it fails
 * @throws ClusterError or CloudError when the rollout cannot go on.
 */
export async function roll(
  request: RolloutRequest,
  tools: RolloutTools,
  result: RolloutResult,
): Promise<void> {
  const { api, clock, deadline, log, machines } = tools;
  const { environment } = request;
  await withLease({ api, environment, clock, log, deadline }, async (held) => {
    const before = await machines.interfacesOf(request.cluster);
    await restoreTags(request, tools, held);
    if (request.everyNode) await askForEveryNode(request, tools, held);
    const { joinMs } = request.limits;
    const memory = new RunMemory(clock.now() - joinMs, joinMs / 5);
    const progress = new RolloutProgress();
    for (const group of request.groups) {
      const { limits } = request;
      const onState = (state: GroupState) => {
        for (const line of progress.update(state, clock.now())) log.info(line);
        result.rows = progress.rows();
      };
      await rollGroup({ request: group, limits, tools, memory, held, onState });
    }
    result.interfaces = await countInterfaces(request, tools, before);
    for (const { name } of request.groups) await tools.groups.setTag(name, ROLLOUT_TAG, undefined);
  });
}

/**
 * Notes on every group from when on its nodes are new. A run that goes on with an earlier one takes over its time, so the
 * nodes that were replaced then stay.
 */
async function askForEveryNode(
  request: RolloutRequest,
  tools: RolloutTools,
  held: Held,
): Promise<void> {
  const { clock, groups } = tools;
  const found = await Promise.all(request.groups.map(({ name }) => groups.describe(name)));
  const tags = found.map((group) => parseTag(group?.tags[ROLLOUT_TAG]));
  const begun = tags.find((tag) => tag?.renewBefore !== undefined);
  const renewBefore = begun?.renewBefore ?? clock.now();
  for (const [index, group] of found.entries()) {
    if (group === undefined || tags[index]?.renewBefore !== undefined) continue;
    const declared = request.groups[index]?.declared ?? 0;
    const tag = tags[index];
    const target = tag?.declared === declared ? tag.target : group.desired;
    const text = formatTag({ target, declared, renewBefore });
    await held.note(group.name, text);
    await groups.setTag(group.name, ROLLOUT_TAG, text);
  }
}

/**
 * Writes tags again that an unfinished run has set. Whether an update of the stack removes tags that its template does not
 * have is not documented.
 */
async function restoreTags(
  { groups }: RolloutRequest,
  tools: RolloutTools,
  { notes }: Held,
): Promise<void> {
  for (const { declared, name } of groups) {
    const note = notes[name];
    if (note === undefined || parseTag(note)?.declared !== declared) continue;
    const found = await tools.groups.describe(name);
    if (found !== undefined && found.tags[ROLLOUT_TAG] === undefined) {
      await tools.groups.setTag(name, ROLLOUT_TAG, note);
    }
  }
}

/** EC2 deletes the interfaces of an instance a moment after it. */
const RELEASED_WITHIN_MS = 60_000;

async function countInterfaces(
  { cluster }: RolloutRequest,
  { clock, machines }: RolloutTools,
  before: readonly NetworkInterface[],
): Promise<InterfaceCount> {
  let count: InterfaceCount = { attached: 0, leaked: [], doubled: [] };
  await until(
    async () => {
      count = compareInterfaces(before, await machines.interfacesOf(cluster));
      return count.leaked.length === 0 ? true : undefined;
    },
    { clock, deadline: clock.now() + RELEASED_WITHIN_MS },
  );
  return count;
}

/** Compares the interfaces of a cluster before and after a rollout. Pure. */
export function compareInterfaces(
  before: readonly NetworkInterface[],
  after: readonly NetworkInterface[],
): InterfaceCount {
  const loose = (one: NetworkInterface) => one.instanceId === undefined;
  const known = new Set(before.filter(loose).map(({ id }) => id));
  const addresses = after.flatMap((one) =>
    [one.primary, ...one.secondaries, ...one.prefixes].map(
      (address) => `${one.subnetId} ${address}`,
    ),
  );
  const doubled = addresses.filter((address, index) => addresses.indexOf(address) !== index);
  return {
    attached: after.filter((one) => !loose(one)).length,
    leaked: after.filter((one) => loose(one) && !known.has(one.id)).map(({ id }) => id),
    doubled: [...new Set(doubled)],
  };
}
