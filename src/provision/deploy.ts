import { type DeployedStack, deployStack } from '../cloudformation/deploy-stack.ts';
import type { Stack } from '../cloudformation/stack-api.ts';
import { isBeingDestroyed } from '../cloudformation/stack-events.ts';
import { beingDestroyed } from '../cloudformation/stack-failures.ts';
import { planLines } from '../cloudformation/stack-plan.ts';
import type { StackSpec } from '../cloudformation/stack-spec.ts';
import { ENVIRONMENT_TAG } from '../environment/tags.ts';
import type { NetworkPlan } from '../network/plan.ts';
import { allOrFirstFailure } from './all-or-first-failure.ts';
import { type DeployedNodeGroup, environmentOf } from './environment-of.ts';
import { type Pack, readPack, runsHook, stageHook } from './pack.ts';
import { requiredPlan } from './plan-for.ts';
import { addPlan } from './report.ts';
import type { Session } from './run.ts';
import { groupStack, infraSpec, nodeGroupSpec } from './stack-specs.ts';

/** The environment's stacks by name, as they are; those that do not exist are not in it. */
type Seen = ReadonlyMap<string, Stack>;

/** Makes the environment be what the inputs say: the infra stack, then the node groups side by side. */
export async function deploy(session: Session): Promise<void> {
  const { inputs, log, report } = session;
  const network = requiredPlan(inputs);
  report.network = network;
  report.outputs['staging-bucket'] = session.bucket.name;
  const pack = await readPack(session);
  const seen = await look(session);
  const groups = inputs['node-groups'].map((group) => seen.get(groupStack(session, group)));
  if (!groups.every((stack) => runsHook(session, pack, stack))) {
    await log.group("Stage the launch hook's code", () => stageHook(session, pack));
  }
  const infra = await log.group(`Stack ${inputs.environment}`, () =>
    deployOne(session, infraSpec(session, pack, network), seen),
  );
  report.outputs['cluster-name'] = infra.outputs['ClusterName'] ?? inputs.environment;
  report.outputs['infra-stack-id'] = infra.id;
  // By the end of a change, minutes have passed: what was seen before says nothing any more.
  const still = infra.outcome === 'unchanged' ? seen : new Map();
  const deployed = await log.group('Node groups', () =>
    deployGroups(session, pack, network, infra, still),
  );
  const { accountId } = session.account;
  report.outputs.environment = environmentOf(inputs, accountId, network, infra, deployed);
}

/** @throws CloudError when a stack that worked is being deleted. */
async function look(session: Session): Promise<Seen> {
  const { engine, inputs, stacks } = session;
  const all = await stacks.list();
  const groups = inputs['node-groups'].map((group) => groupStack(session, group));
  const named = all.filter(({ name }) => [inputs.environment, ...groups].includes(name));
  for (const stack of named) {
    if (await isBeingDestroyed(engine.api, stack)) throw beingDestroyed(stack);
  }
  reportUnnamed(
    session,
    all.filter((stack) => !named.includes(stack)),
  );
  return new Map(named.map((stack) => [stack.name, stack]));
}

/** A node group that no input names any more stays: removing nodes that run something is not for a deploy. */
function reportUnnamed({ inputs, log, report }: Session, others: readonly Stack[]): void {
  const ours = others.filter(({ tags }) => tags[ENVIRONMENT_TAG] === inputs.environment);
  if (ours.length === 0) return;
  const names = ours.map(({ name }) => name).join(', ');
  const text = `Not in node-groups any more, and left as it is: ${names}. Delete the stack if nobody needs its nodes; destroy removes it with the rest.`;
  log.warn(text);
  report.notes.push(text);
}

async function deployGroups(
  session: Session,
  pack: Pack,
  network: NetworkPlan,
  infra: DeployedStack,
  seen: Seen,
): Promise<readonly DeployedNodeGroup[]> {
  const ids: Record<string, string> = {};
  session.report.outputs['node-group-stack-ids'] = ids;
  return allOrFirstFailure(session.inputs['node-groups'], async (group) => {
    const spec = nodeGroupSpec(session, pack, network, group, infra.outputs);
    const stack = await deployOne(session, spec, seen);
    ids[group.name] = stack.id;
    return { group, stack };
  });
}

async function deployOne(session: Session, spec: StackSpec, seen: Seen): Promise<DeployedStack> {
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
