import type { Stack, StackSpec } from '../cloudformation/stack-api.ts';
import {
  planFromTemplate,
  planLines,
  planStack,
  type StackPlan,
} from '../cloudformation/stack-plan.ts';
import { allOrFirstFailure } from '../core/in-parallel.ts';
import { isAsleep } from '../environment/asleep.ts';
import { baseOf, fitToBase } from './base-environment.ts';
import { withFallenBack } from './capacity/fall-back.ts';
import { ownNetwork } from './choices/own-network.ts';
import { planGuards } from './guard/guards.ts';
import { type NodeGroup, nodeGroupStackName } from './node-groups.ts';
import { readPack } from './pack.ts';
import { preflight } from './preflight/preflight.ts';
import { addNote, addPlan } from './report.ts';
import { planRollout } from './rollout/plan-rollout.ts';
import type { Session } from './session.ts';
import { outputsSpec } from './shared-outputs/outputs-stack.ts';
import { sleepingGroups } from './sleep/wake-base.ts';
import { infraSpec, nodeGroupSpec } from './stack-parameters.ts';
import { plannedChanges } from './upgrade/planned-changes.ts';
import { planZones } from './zones/remove-zones.ts';

const FROM_TEMPLATE =
  'Its parameters come from the infrastructure stack, which does not exist yet. This is what the template declares, not what CloudFormation says.';
const FROM_PRESENT_OUTPUTS =
  "Planned with the present outputs of the infrastructure stack, which that stack's own changes may change.";

/** Shows what a deploy would do. Leaves nothing behind: no stack, change set or object. */
export async function plan(session: Session): Promise<void> {
  const all = await session.stacks.list();
  const { base } = session.inputs;
  await (base === undefined ? planWithCluster(session, all) : planOnBase(session, base, all));
}

async function planWithCluster(given: Session, all: readonly Stack[]): Promise<void> {
  const own = await ownNetwork(given, all);
  const { network } = own;
  const session = { ...own.session, inputs: withFallenBack(own.session.inputs, all) };
  const { engine, inputs, log, packFile, report } = session;
  report.network = network;
  await preflight(session, network, all);
  const pack = await readPack(packFile, inputs.environment);
  const infra = await log.group(`Stack ${inputs.environment}`, async () => {
    const changes = await plannedChanges(session, all);
    const infraPlan = await planStack(engine, infraSpec(session, pack, network, changes));
    show(session, infraPlan);
    return infraPlan;
  });
  noteSleep(session, all);
  await planGroups(session, (group) =>
    planAfter(session, nodeGroupSpec(session, pack, network, group, infra.outputs), infra),
  );
  const outputs = await outputsSpec(session, network, infra.outputs);
  if (outputs !== undefined) show(session, await planAfter(session, outputs, infra));
  for (const guard of await planGuards(session, all)) show(session, guard);
  await planRollout(session, groupStacks(session, all), infra.outputs);
  await planZones(session, all);
}

/** The stacks of the node groups that exist already. */
function groupStacks({ inputs }: Session, all: readonly Stack[]): readonly Stack[] {
  const names = inputs.nodeGroups.map(({ name }) => nodeGroupStackName(inputs.environment, name));
  return all.filter(({ name }) => names.includes(name));
}

function noteSleep(session: Session, all: readonly Stack[]): void {
  const asleep = groupStacks(session, all).filter(isAsleep);
  if (asleep.length === 0) return;
  addNote(
    session,
    `These sleep, and the deploy wakes them: ${asleep.map(({ name }) => name).join(', ')}.`,
  );
}

async function planOnBase(
  session: Session,
  baseName: string,
  all: readonly Stack[],
): Promise<void> {
  const { engine, packFile, report } = session;
  const base = baseOf(baseName, all);
  const { inputs, network } = fitToBase(session.inputs, base, all);
  const fitted = { ...session, inputs: withFallenBack(inputs, all) };
  report.network = network;
  await preflight(fitted, network, all);
  const pack = await readPack(packFile, inputs.environment);
  noteSleep(fitted, all);
  await planGroups(fitted, (group) =>
    planStack(engine, nodeGroupSpec(fitted, pack, network, group, base.stack.outputs)),
  );
  for (const guard of await planGuards(fitted, all)) show(fitted, guard);
  const asleep = sleepingGroups(base, all).map(({ name }) => name);
  if (asleep.length > 0)
    addNote(fitted, `${baseName} sleeps. The deploy wakes ${asleep.join(', ')}.`);
  await planRollout(fitted, groupStacks(fitted, all), base.stack.outputs);
  await planZones(fitted, all);
}

async function planGroups(
  session: Session,
  planOne: (group: NodeGroup) => Promise<StackPlan>,
): Promise<void> {
  const { inputs, log } = session;
  await log.group('Node groups', () =>
    allOrFirstFailure(inputs.nodeGroups, async (group) => show(session, await planOne(group))),
  );
}

/** The plan of a stack that is wired from the outputs of the infra stack. */
async function planAfter(
  { engine }: Session,
  spec: StackSpec,
  infra: StackPlan,
): Promise<StackPlan> {
  if (infra.outputs['ClusterName'] === undefined || infra.action === 'replace') {
    return planFromTemplate(spec, 'create', FROM_TEMPLATE);
  }
  const planned = await planStack(engine, spec);
  return infra.action === 'update' && planned.note === undefined
    ? { ...planned, note: FROM_PRESENT_OUTPUTS }
    : planned;
}

function show({ log, report }: Session, stackPlan: StackPlan): void {
  for (const line of planLines(stackPlan)) log.info(line);
  for (const { text } of stackPlan.losses) log.warn(`Stack ${stackPlan.name}: ${text}`);
  addPlan(report, stackPlan);
}
