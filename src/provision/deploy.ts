import { type DeployedStack, deployStack } from '../cloudformation/deploy-stack.ts';
import { beingDestroyed } from '../cloudformation/operation-failed.ts';
import type { Stack, StackSpec } from '../cloudformation/stack-api.ts';
import { isBeingDestroyed } from '../cloudformation/stack-events.ts';
import { planLines } from '../cloudformation/stack-plan.ts';
import { BASE_TAG, ENVIRONMENT_TAG } from '../environment/tags.ts';
import type { NetworkPlan } from '../vpc/plan.ts';
import { allOrFirstFailure } from './all-or-first-failure.ts';
import { requiredPlan } from './check-inputs.ts';
import { type DeployedNodeGroup, environmentOf } from './environment-of.ts';

import { type Pack, readPack, runsHook, stageHook } from './pack.ts';
import { addPlan } from './report.ts';
import type { Session } from './session.ts';
import { baseOf, settleOnBase, standsElsewhere } from './settle-on-base.ts';
import { groupStack, infraSpec, nodeGroupSpec } from './stack-parameters.ts';

/**
 * Makes the environment be what the inputs say.
 *
 * @throws InputError or CloudError, before anything is changed, when the environment cannot be where the inputs want it.
 */
export async function deploy(session: Session): Promise<void> {
  const all = await session.stacks.list();
  const base = session.inputs['base-environment'];
  await (base === undefined ? deployWithCluster(session, all) : deployOnBase(session, base, all));
}

/** The infra stack, then the node groups side by side. */
async function deployWithCluster(session: Session, all: readonly Stack[]): Promise<void> {
  const { inputs, log, report } = session;
  checkHasCluster(inputs.environment, all);
  const network = requiredPlan(inputs);
  report.network = network;
  const pack = await readPack(session);
  const seen = await seenStacks(session, all, inputs.environment);
  await stageIfNeeded(session, pack, seen);
  const infra = await log.group(`Stack ${inputs.environment}`, () =>
    deployOne(session, infraSpec(session, pack, network), seen),
  );
  report.outputs['cluster-name'] = infra.outputs['ClusterName'] ?? inputs.environment;
  report.outputs['infra-stack-id'] = infra.id;
  // By the end of a change, minutes have passed: what was seen before says nothing any more.
  const still = infra.outcome === 'unchanged' ? seen : new Map();
  const deployed = await deployGroups(session, pack, network, infra, still);
  const { accountId } = session.account;
  report.outputs.environment = environmentOf(inputs, accountId, network, infra, deployed);
}

/** Node groups on the cluster of another environment, of which nothing is changed. */
async function deployOnBase(
  session: Session,
  baseName: string,
  all: readonly Stack[],
): Promise<void> {
  const { account, log, report } = session;
  const base = baseOf(baseName, all);
  const { inputs, network } = settleOnBase(session.inputs, base, all);
  log.info(`On the cluster of ${baseName}: zones ${network.zones.join(', ')}`);
  const settled = { ...session, inputs };
  report.network = network;
  const pack = await readPack(settled);
  const seen = await seenStacks(settled, all, undefined);
  await stageIfNeeded(settled, pack, seen);
  report.outputs['cluster-name'] = base.stack.outputs['ClusterName'] ?? baseName;
  const deployed = await deployGroups(settled, pack, network, base.stack, seen);
  const { accountId } = account;
  report.outputs.environment = environmentOf(inputs, accountId, network, base.stack, deployed);
}

/** @throws CloudError when the environment stands on another one's cluster. */
export function checkHasCluster(environment: string, stacks: readonly Stack[]): void {
  const guest = stacks.find(
    ({ tags }) => tags[ENVIRONMENT_TAG] === environment && tags[BASE_TAG] !== undefined,
  );
  if (guest !== undefined) throw standsElsewhere(environment, guest.tags[BASE_TAG]);
}

/** An environment's stacks by name, as they are; those that do not exist are not in it. */
export type Seen = ReadonlyMap<string, Stack>;

/**
 * Those of an account's stacks that a deploy is about: its node groups, and `infra` where it has one. Tells of node
 * groups that no input names any more: they stay, as removing nodes that run something is not for a deploy.
 *
 * @throws CloudError when a stack that worked is being deleted.
 */
export async function seenStacks(
  session: Session,
  all: readonly Stack[],
  infra: string | undefined,
): Promise<Seen> {
  const { engine, inputs, log, report } = session;
  const groups = inputs['node-groups'].map((group) => groupStack(session, group));
  const named = all.filter(({ name }) => name === infra || groups.includes(name));
  for (const stack of named) {
    if (await isBeingDestroyed(engine.api, stack)) throw beingDestroyed(stack);
  }
  const unnamed = all.filter(
    (stack) => !named.includes(stack) && stack.tags[ENVIRONMENT_TAG] === inputs.environment,
  );
  if (unnamed.length > 0) {
    const names = unnamed.map(({ name }) => name).join(', ');
    const text = `Not in node-groups any more, and left as it is: ${names}. Delete the stack if nobody needs its nodes; destroy removes it with the rest.`;
    log.warn(text);
    report.notes.push(text);
  }
  return new Map(named.map((stack) => [stack.name, stack]));
}

/** Puts the launch hook's code into the staging bucket, unless all node groups run it already. */
export async function stageIfNeeded(session: Session, pack: Pack, seen: Seen): Promise<void> {
  const { inputs, bucket, log, report } = session;
  report.outputs['staging-bucket'] = bucket.name;
  const groups = inputs['node-groups'].map((group) => seen.get(groupStack(session, group)));
  if (groups.every((stack) => runsHook(session, pack, stack))) return;
  await log.group("Stage the launch hook's code", () => stageHook(session, pack));
}

type Infra = Pick<Stack, 'id' | 'name' | 'outputs'>;

/**
 * All node groups, side by side, wired from what the infra stack puts out. A destroy takes them away first, so that the
 * infra stack may have looked alive when this run began: it is looked at again before a group is made, and when one
 * fails.
 *
 * @throws CloudError when the infra stack is being deleted by now, or when a group fails.
 */
export async function deployGroups(
  session: Session,
  pack: Pack,
  network: NetworkPlan,
  infra: Infra,
  seen: Seen,
): Promise<readonly DeployedNodeGroup[]> {
  const groups = session.inputs['node-groups'];
  const ids: Record<string, string> = {};
  session.report.outputs['node-group-stack-ids'] = ids;
  const makesGroups = groups.some((group) => !seen.has(groupStack(session, group)));
  if (makesGroups && (await isGoing(session, infra))) throw beingDestroyed(infra);
  const deployed = session.log.group('Node groups', () =>
    allOrFirstFailure(groups, async (group) => {
      const spec = nodeGroupSpec(session, pack, network, group, infra.outputs);
      const stack = await deployOne(session, spec, seen);
      ids[group.name] = stack.id;
      return { group, stack };
    }),
  );
  return deployed.catch(async (error) => {
    const going = await isGoing(session, infra).catch(() => false);
    throw going ? beingDestroyed(infra) : error;
  });
}

/** True when the stack is being deleted, or gone. */
async function isGoing({ stacks }: Session, { id }: Infra): Promise<boolean> {
  const stack = await stacks.describe(id);
  return stack === undefined || stack.status.startsWith('DELETE_');
}

/** One stack, whose plan and end are reported. */
export async function deployOne(
  session: Session,
  spec: StackSpec,
  seen: Seen,
): Promise<DeployedStack> {
  const { clock, log, report } = session;
  const began = clock.now();
  try {
    const stack = await deployStack(session.engine, spec, {
      seen: seen.get(spec.name),
      planned(plan) {
        for (const line of planLines(plan)) log.info(line);
        addPlan(report, plan);
      },
    });
    report.stacks.push(stack);
    return stack;
  } catch (error) {
    report.stacks.push({
      name: spec.name,
      outcome: 'failed',
      durationMs: clock.now() - began,
    });
    throw error;
  }
}
