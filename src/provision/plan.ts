import type { Stack, StackSpec } from '../cloudformation/stack-api.ts';
import {
  planFromTemplate,
  planLines,
  planStack,
  type StackPlan,
} from '../cloudformation/stack-plan.ts';
import { allOrFirstFailure } from './all-or-first-failure.ts';
import { requiredPlan } from './check-inputs.ts';
import { checkHasCluster } from './deploy.ts';
import type { NodeGroup } from './fields.ts';
import { readPack } from './pack.ts';
import { addPlan } from './report.ts';
import type { Session } from './session.ts';
import { baseOf, settleOnBase } from './settle-on-base.ts';
import { infraSpec, nodeGroupSpec } from './stack-parameters.ts';

const NOT_YET =
  'Its parameters come from the infrastructure stack, which is not there yet, so this is what the template declares, not what CloudFormation says.';
const AS_THEY_ARE =
  "Worked out with the infrastructure stack's present outputs, which its own changes may change.";

/** Says what a deploy would do, and does nothing: no stack, change set or object is left behind. */
export async function plan(session: Session): Promise<void> {
  const all = await session.stacks.list();
  const base = session.inputs['base-environment'];
  await (base === undefined ? planWithCluster(session, all) : planOnBase(session, base, all));
}

async function planWithCluster(session: Session, all: readonly Stack[]): Promise<void> {
  const { inputs, log, report } = session;
  checkHasCluster(inputs.environment, all);
  const network = requiredPlan(inputs);
  report.network = network;
  const pack = await readPack(session);
  const infra = await log.group(`Stack ${inputs.environment}`, async () =>
    told(session, await planStack(session.engine, infraSpec(session, pack, network))),
  );
  await planGroups(session, (group) =>
    planGroup(session, nodeGroupSpec(session, pack, network, group, infra.outputs), infra),
  );
}

async function planOnBase(session: Session, baseName: string, all: readonly Stack[]) {
  const base = baseOf(baseName, all);
  const { inputs, network } = settleOnBase(session.inputs, base, all);
  const settled = { ...session, inputs };
  session.report.network = network;
  const pack = await readPack(settled);
  await planGroups(settled, (group) =>
    planStack(session.engine, nodeGroupSpec(settled, pack, network, group, base.stack.outputs)),
  );
}

async function planGroups(session: Session, planned: (group: NodeGroup) => Promise<StackPlan>) {
  await session.log.group('Node groups', () =>
    allOrFirstFailure(session.inputs['node-groups'], async (group) =>
      told(session, await planned(group)),
    ),
  );
}

async function planGroup(session: Session, spec: StackSpec, infra: StackPlan): Promise<StackPlan> {
  if (infra.outputs['ClusterName'] === undefined || infra.action === 'replace') {
    return planFromTemplate(spec, 'create', NOT_YET);
  }
  const planned = await planStack(session.engine, spec);
  return infra.action === 'update' && planned.note === undefined
    ? { ...planned, note: AS_THEY_ARE }
    : planned;
}

function told({ log, report }: Session, planned: StackPlan): StackPlan {
  for (const line of planLines(planned)) log.info(line);
  addPlan(report, planned);
  return planned;
}
