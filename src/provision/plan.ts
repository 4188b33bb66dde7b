import { planStack } from '../cloudformation/plan-stack.ts';
import { planFromTemplate, planLines, type StackPlan } from '../cloudformation/stack-plan.ts';
import type { NetworkPlan } from '../network/plan.ts';
import { allOrFirstFailure } from './all-or-first-failure.ts';
import type { NodeGroup } from './node-groups.ts';
import { type Pack, readPack } from './pack.ts';
import { requiredPlan } from './plan-for.ts';
import { addPlan } from './report.ts';
import type { Session } from './run.ts';
import { infraSpec, nodeGroupSpec } from './stack-specs.ts';

const NOT_YET =
  'Its parameters come from the infrastructure stack, which is not there yet, so this is what the template declares, not what CloudFormation says.';
const AS_THEY_ARE =
  "Worked out with the infrastructure stack's present outputs, which its own changes may change.";

/** Says what a deploy would do, and does nothing: no stack, change set or object is left behind. */
export async function plan(session: Session): Promise<void> {
  const { inputs, log, report } = session;
  const network = requiredPlan(inputs);
  report.network = network;
  const pack = await readPack(session);
  const infra = await log.group(`Stack ${inputs.environment}`, async () =>
    told(session, await planStack(session.engine, infraSpec(session, pack, network))),
  );
  await log.group('Node groups', () =>
    allOrFirstFailure(inputs['node-groups'], async (group) =>
      told(session, await planGroup(session, pack, network, group, infra)),
    ),
  );
}

async function planGroup(
  session: Session,
  pack: Pack,
  network: NetworkPlan,
  group: NodeGroup,
  infra: StackPlan,
): Promise<StackPlan> {
  const spec = nodeGroupSpec(session, pack, network, group, infra.outputs);
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
