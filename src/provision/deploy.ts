import { type DeployedStack, deployStack } from '../cloudformation/deploy-stack.ts';
import { beingDestroyed } from '../cloudformation/operation-failed.ts';
import type { Stack, StackSpec } from '../cloudformation/stack-api.ts';
import { isBeingDestroyed } from '../cloudformation/stack-events.ts';
import { planLines } from '../cloudformation/stack-plan.ts';
import { allOrFirstFailure } from '../core/in-parallel.ts';
import { isBeside } from '../environment/outputs-stack.ts';
import { ENVIRONMENT_TAG } from '../environment/tags.ts';
import type { NetworkPlan } from '../vpc/plan.ts';
import { baseOf, fitToBase } from './base-environment.ts';
import { SpotFallback, withFallenBack } from './capacity/fall-back.ts';
import { ownNetwork } from './choices/own-network.ts';
import { type DeployedNodeGroup, environmentOf } from './environment-of.ts';
import { withGuards } from './guard/guards.ts';
import { type NodeGroup, nodeGroupStackName } from './node-groups.ts';
import { type Pack, readPack, runsHook, stageHook } from './pack.ts';
import { preflight } from './preflight/preflight.ts';
import { addPlan, addWarning } from './report.ts';
import { rollNodes } from './rollout/roll-nodes.ts';
import type { Session } from './session.ts';
import { withOutputs } from './shared-outputs/outputs-stack.ts';
import { sharedJson } from './shared-outputs/shared-values.ts';
import { whileBaseWakes } from './sleep/wake-base.ts';
import { nodeGroupSpec } from './stack-parameters.ts';
import { deployCluster } from './upgrade/deploy-cluster.ts';
import { givenUpZones } from './zones/given-up-zones.ts';
import { removeZones } from './zones/remove-zones.ts';

/**
 * Makes the environment what the inputs say.
 *
 * @throws InputError or CloudError, before anything is changed, when the environment cannot be where the inputs want it.
 */
export async function deploy(session: Session): Promise<void> {
  const all = await session.stacks.list();
  const { base } = session.inputs;
  await (base === undefined ? deployWithCluster(session, all) : deployOnBase(session, base, all));
}

/** The infra stack, then all node groups in parallel. */
async function deployWithCluster(given: Session, all: readonly Stack[]): Promise<void> {
  const own = await ownNetwork(given, all);
  const { network } = own;
  const session = { ...own.session, inputs: withFallenBack(own.session.inputs, all) };
  const { account, inputs, packFile, report } = session;
  report.network = network;
  await preflight(session, network, all);
  const read = await readPack(packFile, inputs.environment);
  const existing = await existingStacks(session, all, inputs.environment);
  const pack = await stageIfNeeded(session, read, existing);
  const one = (spec: StackSpec, seen: Stack | undefined) => deployOne(session, spec, seen);
  const { infra, deployed } = await withGuards(session, all, one, async () => {
    const present = existing.get(inputs.environment);
    const made = await deployCluster(session, { pack, network }, present, one);
    report.outputs['cluster-name'] = made.outputs['ClusterName'] ?? inputs.environment;
    report.outputs['infra-stack-id'] = made.id;
    // A change of the infra stack takes minutes, after which the list of stacks is out of date.
    const current = made.outcome === 'unchanged' ? existing : new Map();
    const groups = await withOutputs(session, { all, network, infra: made.outputs }, one, () =>
      deployGroups(session, pack, network, made, current),
    );
    return { infra: made, deployed: groups };
  });
  const { accountId } = account;
  report.outputs.environment = environmentOf(inputs, accountId, network, infra, deployed);
  report.outputs['outputs-json'] = sharedJson(inputs, network, infra.outputs, deployed);
  await rollNodes(session, { deployed, existing, infra: infra.outputs });
  await removeZones(session, all, infra.outputs);
}

/** Node groups on the cluster of another environment, whose own stacks stay as they are, except that it wakes. */
async function deployOnBase(
  session: Session,
  baseName: string,
  all: readonly Stack[],
): Promise<void> {
  const { account, log, packFile, report } = session;
  const base = baseOf(baseName, all);
  const { inputs, network } = fitToBase(session.inputs, base, all);
  log.info(`On the cluster of ${baseName}: zones ${network.zones.join(', ')}`);
  const fitted = { ...session, inputs: withFallenBack(inputs, all) };
  report.network = network;
  await preflight(fitted, network, all);
  const read = await readPack(packFile, inputs.environment);
  const existing = await existingStacks(fitted, all, undefined);
  const pack = await stageIfNeeded(fitted, read, existing);
  report.outputs['cluster-name'] = base.stack.outputs['ClusterName'] ?? baseName;
  const one = (spec: StackSpec, seen: Stack | undefined) => deployOne(fitted, spec, seen);
  const deployed = await whileBaseWakes(fitted, { base, all, pack }, one, () =>
    withGuards(fitted, all, one, () => deployGroups(fitted, pack, network, base.stack, existing)),
  );
  const { accountId } = account;
  report.outputs.environment = environmentOf(inputs, accountId, network, base.stack, deployed);
  report.outputs['outputs-json'] = sharedJson(inputs, network, base.stack.outputs, deployed);
  await rollNodes(fitted, { deployed, existing, infra: base.stack.outputs });
  await removeZones(fitted, all, base.stack.outputs);
}

/** The stacks of a deploy that exist already, by name, as they were when the run began. */
type ExistingStacks = ReadonlyMap<string, Stack>;

/**
 * Finds the stacks of this deploy among all stacks of the account. Warns about node groups that `node-groups` no
 * longer lists: they stay, because a deploy must not remove nodes that may run something. Zones that an entry gives up are
 * another matter.
 *
 * @param infraName name of the infra stack; undefined for an environment without one
 * @throws CloudError when a stack that once worked is being deleted.
 */
async function existingStacks(
  session: Session,
  all: readonly Stack[],
  infraName: string | undefined,
): Promise<ExistingStacks> {
  const { engine, inputs } = session;
  const groupNames = inputs.nodeGroups.map(({ name }) =>
    nodeGroupStackName(inputs.environment, name),
  );
  const existing = all.filter(({ name }) => name === infraName || groupNames.includes(name));
  for (const stack of existing) {
    if (await isBeingDestroyed(engine.api, stack)) throw beingDestroyed(stack);
  }
  const { remove, stay } = givenUpZones(inputs, all);
  const givenUp = [...remove, ...stay.map(({ stack }) => stack)];
  const unlisted = all.filter(
    (stack) =>
      !existing.includes(stack) &&
      !givenUp.includes(stack) &&
      !isBeside(stack) &&
      stack.tags[ENVIRONMENT_TAG] === inputs.environment,
  );
  if (unlisted.length > 0) {
    const names = unlisted.map(({ name }) => name).join(', ');
    addWarning(
      session,
      `node-groups no longer lists these stacks, which stay as they are: ${names}. Delete a stack if nobody needs its nodes; destroy removes all of them.`,
    );
  }
  return new Map(existing.map((stack) => [stack.name, stack]));
}

/** Uploads the launch hook's code, unless all node groups run it already. Returns the pack with the code's version. */
async function stageIfNeeded(
  session: Session,
  pack: Pack,
  existing: ExistingStacks,
): Promise<Pack> {
  const { bucket, inputs, log, report } = session;
  report.outputs['staging-bucket'] = bucket.name;
  const upToDate = inputs.nodeGroups.every(({ name }) =>
    runsHook(session, pack, existing.get(nodeGroupStackName(inputs.environment, name))),
  );
  if (upToDate) return pack;
  return log.group("Stage the launch hook's code", () => stageHook(session, pack));
}

type InfraStack = Pick<Stack, 'id' | 'name' | 'outputs'>;

/**
 * Deploys all node groups in parallel, wired from the outputs of the infra stack.
 *
 * A destroy removes node groups first, so the infra stack may have looked healthy when this run began. It is checked
 * again before a group is created, and when a group fails.
 *
 * @throws CloudError when the infra stack is being deleted, or when a group fails.
 */
async function deployGroups(
  session: Session,
  pack: Pack,
  network: NetworkPlan,
  infra: InfraStack,
  existing: ExistingStacks,
): Promise<readonly DeployedNodeGroup[]> {
  const { inputs, log, report } = session;
  const ids: Record<string, string> = {};
  report.outputs['node-group-stack-ids'] = ids;
  const stackOf = ({ name }: NodeGroup) =>
    existing.get(nodeGroupStackName(inputs.environment, name));
  const mayGoOn = async () => {
    if (await isBeingDeleted(session, infra)) throw beingDestroyed(infra);
  };
  if (inputs.nodeGroups.some((group) => stackOf(group) === undefined)) await mayGoOn();
  const fallback = new SpotFallback(session, network);
  try {
    return await log.group('Node groups', () =>
      allOrFirstFailure(inputs.nodeGroups, async (wanted) => {
        const before = stackOf(wanted);
        const deployed = await fallback.deploy(wanted, mayGoOn, (group, by) => {
          const spec = nodeGroupSpec(session, pack, network, group, infra.outputs);
          return deployOne(by, spec, group === wanted ? before : undefined);
        });
        ids[wanted.name] = deployed.stack.id;
        return deployed;
      }),
    );
  } catch (error) {
    const deleted = await isBeingDeleted(session, infra).catch(() => false);
    throw deleted ? beingDestroyed(infra) : error;
  }
}

/** Whether the stack is being deleted or is gone. */
async function isBeingDeleted({ stacks }: Session, { id }: InfraStack): Promise<boolean> {
  const stack = await stacks.describe(id);
  return stack === undefined || stack.status.startsWith('DELETE_');
}

/** Deploys one stack, and reports its plan and its outcome. */
export async function deployOne(
  session: Session,
  spec: StackSpec,
  seen: Stack | undefined,
): Promise<DeployedStack> {
  const { clock, engine, log, report } = session;
  const began = clock.now();
  try {
    const stack = await deployStack(engine, spec, {
      seen,
      planned(plan) {
        for (const line of planLines(plan)) log.info(line);
        addPlan(report, plan);
      },
    });
    report.stacks.push(stack);
    return stack;
  } catch (error) {
    const durationMs = clock.now() - began;
    report.stacks.push({ name: spec.name, outcome: 'failed', durationMs });
    throw error;
  }
}
