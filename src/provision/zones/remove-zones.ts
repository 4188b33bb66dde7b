import type { Stack } from '../../cloudformation/stack-api.ts';
import { planDeletion, planLines } from '../../cloudformation/stack-plan.ts';
import { allOrFirstFailure } from '../../core/in-parallel.ts';
import { guardNameOf } from '../../environment/guard-stack.ts';
import { emptyGroups } from '../../rollout/empty-groups.ts';
import { removeMappings } from '../destroy-on-base.ts';
import { removeGuards } from '../guard/guards.ts';
import { deleteStacks, groupLeftoverSweeper } from '../remove-stack.ts';
import { addPlan, addWarning } from '../report.ts';
import { clusterOf } from '../rollout/cluster-address.ts';
import type { Session } from '../session.ts';
import { givenUpZones, stayText } from './given-up-zones.ts';
import { ENTRY_PARAMETER } from './zone-entry.ts';

type Outputs = Stack['outputs'];

/** Shows which groups a deploy would remove, because their entry no longer lists their zone. Changes nothing. */
export async function planZones(session: Session, all: readonly Stack[]): Promise<void> {
  const { remove, stay } = givenUpZones(session.inputs, all);
  for (const one of stay) addWarning(session, stayText(one));
  await allOrFirstFailure(remove, (stack) => showDeletion(session, stack));
}

/**
 * Removes the groups in zones that their entry no longer lists, after all else of a deploy, so that their pods find room
 * elsewhere: drains their nodes, deletes their stacks, then what belongs to these alone. Does nothing when there are none.
 *
 * @param all all stacks of the account and region, as they were before the deploy
 * @param infra outputs of the stack with the cluster
 * @throws ClusterError when pods do not leave, which then stay where they are, and CloudError when a stack cannot be deleted.
 */
export async function removeZones(
  session: Session,
  all: readonly Stack[],
  infra: Outputs,
): Promise<void> {
  const { remove, stay } = givenUpZones(session.inputs, all);
  for (const one of stay) addWarning(session, stayText(one));
  if (remove.length === 0) return;
  await allOrFirstFailure(remove, (stack) => showDeletion(session, stack));
  const api = await session.log.group('Drain nodes of zones that are given up', () =>
    drain(session, remove, infra),
  );
  const sweep = groupLeftoverSweeper(session, infra['VpcId']);
  await deleteStacks(session, 'Zones that are given up', remove, 'nodegroup.yaml', sweep);
  const guards = remove.map(({ name }) => guardNameOf(name));
  await removeGuards(
    session,
    all.filter(({ name }) => guards.includes(name)),
  );
  if (api !== undefined) await removeMappings(session, api, remove);
}

async function showDeletion({ engine, log, report }: Session, stack: Stack): Promise<void> {
  const note = `${stack.parameters[ENTRY_PARAMETER]} no longer lists its zone. Its nodes are drained first, and PodDisruptionBudgets hold.`;
  const plan = planDeletion(stack, await engine.api.resources(stack.id), note);
  for (const line of planLines(plan)) log.info(line);
  addPlan(report, plan);
}

/** @returns the API of the cluster; undefined when no stack has a group, because it never worked */
async function drain(session: Session, stacks: readonly Stack[], infra: Outputs) {
  const { clock, engine, inputs, log, rollout } = session;
  const groups = stacks.flatMap(({ outputs, parameters }) => {
    const name = outputs['AutoScalingGroupName'];
    return name === undefined ? [] : [{ name, declared: Number(parameters['DesiredSize']) }];
  });
  if (groups.length === 0) return undefined;
  const cluster = clusterOf(infra);
  if (cluster === undefined) throw new Error('a deployed environment without a cluster');
  const { api } = await rollout.connect(cluster, engine.deadline);
  const { drainMs } = inputs.rollout.limits;
  const request = { environment: inputs.environment, groups, drainMs };
  const tools = { api, clock, deadline: engine.deadline, groups: rollout.groups, log };
  await emptyGroups(request, tools);
  return api;
}
