import { principalArn } from '../aws/identity.ts';
import { type DeployedStack, deployStack } from '../cloudformation/deploy-stack.ts';
import { InputError } from '../github/errors.ts';
import type { NetworkPlan } from '../network/plan.ts';
import { allOrFirstFailure } from './all-or-first-failure.ts';
import { environmentOf } from './environment-of.ts';
import type { NodeGroup } from './node-groups.ts';
import { planFor } from './plan-for.ts';
import type { Session } from './run.ts';
import { infraParameters, nodeGroupParameters, nodeGroupStackName } from './stack-parameters.ts';
import { type StagedPack, type StagedTemplate, stagePack } from './stage-pack.ts';
import { creationTags, stackTags } from './tags.ts';

/** Makes the environment be what the inputs say: staging, then the infra stack, then the node groups side by side. */
export async function deploy(session: Session): Promise<void> {
  const { inputs, log, report } = session;
  const result = planFor(inputs);
  if ('problems' in result) throw new InputError(result.problems);
  const { plan } = result;
  report.plan = plan;
  report.outputs['staging-bucket'] = session.bucket.name;
  const pack = await log.group('Stage templates and code', () => stagePack(session));
  const infra = await log.group(`Stack ${inputs.environment}`, () =>
    deployOne(session, inputs.environment, pack.infra, infraParametersOf(session, plan)),
  );
  report.outputs['cluster-name'] = infra.outputs['ClusterName'] ?? inputs.environment;
  report.outputs['infra-stack-id'] = infra.id;
  const groups = await log.group('Node groups', () => deployGroups(session, plan, infra, pack));
  report.outputs.environment = environmentOf(
    inputs,
    session.account.accountId,
    plan,
    infra,
    groups,
  );
}

function infraParametersOf({ inputs, account }: Session, plan: NetworkPlan) {
  // The input knows the role's whole ARN; what STS says of a session leaves out its path.
  const deployer = inputs['role-to-assume'] ?? principalArn(account.arn);
  return infraParameters(inputs, plan, deployer);
}

async function deployGroups(
  session: Session,
  plan: NetworkPlan,
  infra: DeployedStack,
  pack: StagedPack,
) {
  const ids: Record<string, string> = {};
  session.report.outputs['node-group-stack-ids'] = ids;
  return allOrFirstFailure(session.inputs['node-groups'], async (group: NodeGroup) => {
    const name = nodeGroupStackName(session.inputs.environment, group.name);
    const hook = { bucket: session.bucket.name, key: pack.hookKey };
    const parameters = nodeGroupParameters(session.inputs, group, plan, infra.outputs, hook);
    const stack = await deployOne(session, name, pack.nodeGroup, parameters);
    ids[group.name] = stack.id;
    return { group, stack };
  });
}

async function deployOne(
  session: Session,
  name: string,
  template: StagedTemplate,
  parameters: Readonly<Record<string, string>>,
): Promise<DeployedStack> {
  const { clock, report, run } = session;
  const began = clock.now();
  try {
    const stack = await deployStack(session.engine, {
      name,
      template: template.source,
      templateUrl: template.url,
      parameters,
      tags: stackTags(session.inputs.environment),
      creationTags: creationTags(run),
      runId: run.id,
    });
    report.stacks.push(stack);
    return stack;
  } catch (error) {
    report.stacks.push({ name, outcome: 'failed', durationMs: clock.now() - began });
    throw error;
  }
}
