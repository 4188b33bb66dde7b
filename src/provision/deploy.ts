import type { Stack } from '../cloudformation/stack-api.ts';
import { BASE_TAG, ENVIRONMENT_TAG } from '../environment/tags.ts';
import { baseOf } from './base.ts';
import { deployGroups, deployOne, seenStacks, stageIfNeeded } from './deploy-stacks.ts';
import { environmentOf } from './environment-of.ts';
import { readPack } from './pack.ts';
import { requiredPlan } from './plan-for.ts';
import type { Session } from './run.ts';
import { settleOnBase, standsElsewhere } from './settle-on-base.ts';
import { infraSpec } from './stack-specs.ts';

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
