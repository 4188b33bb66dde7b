import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { leftoverFinding, unservedFinding } from './account-facts.ts';
import { leftovers } from './aws/inventory.ts';
import { callsOfRun, planFinding, secondDeployFinding, updateFinding } from './deploy-facts.ts';
import { admissionFinding, clusterFindings, kubectlFor } from './facts.ts';
import type { WorkflowResult } from './github/act-log.ts';
import type { Dispatch } from './github/runner.ts';
import { destroyInputs, LAB, labMaxSize, provisionInputs } from './lab.ts';
import { permissionFindings } from './permission-facts.ts';
import type { Progress } from './progress.ts';
import { reportFindings } from './report-facts.ts';
import { KUBECONFIG, LOG_FOLDER } from './run-folder.ts';
import type { Finding } from './table.ts';
import type { StandIns } from './world.ts';
import type { WorldPlan } from './world-messages.ts';

/**
 * The lab from end to end: a plan, then provision, configure and verify by the real workflow, a look at what came
 * of it, and, unless the lab is kept, a second deploy, an update, destroy and proof that the account is as it was.
 *
 * @throws Error when a workflow fails; what was found before is with `found` already.
 */
export async function rehearseLab(
  plan: WorldPlan,
  world: StandIns,
  progress: Progress,
  found: (finding: Finding) => void,
): Promise<void> {
  const before = await world.inventory();
  const inputs = provisionInputs(world.roleArn, plan.nodes);
  const provision = { workflow: 'provision.yml', inputs };
  const planned = await runWorkflow(world, progress, {
    ...{ ...provision, name: 'plan', inputs: { ...inputs, 'plan-only': 'true' } },
  });
  const left = leftovers(before, await world.inventory());
  found(
    planFinding(planned.outputs, [
      ...(await world.stacks()).map(({ name }) => name),
      ...Object.keys(left),
    ]),
  );
  const provisioned = await runWorkflow(world, progress, { ...provision, name: 'provision' });

  const stacks = await world.stacks();
  found({
    what: 'Stacks',
    found: stacks.map(({ name, status }) => `${name} ${status}`).join('\n'),
    ok: stacks.length === 2 && stacks.every(({ status }) => status === 'CREATE_COMPLETE'),
  });
  const expected = { nodes: plan.nodes, networks: LAB.networks };
  const kubectl = kubectlFor(join(plan.tools.bin, 'kubectl'), world.kubeconfig());
  for (const finding of await clusterFindings(kubectl, expected)) found(finding);
  found(admissionFinding(LOG_FOLDER));
  for (const finding of reportFindings(provisioned.outputs['report'] ?? '')) found(finding);
  copyFileSync(world.kubeconfig(), KUBECONFIG);
  if (plan.keep) return;

  await changeNothing(plan, world, progress, found);
  await changeMaxSize(plan, world, progress, found);
  await runWorkflow(world, progress, {
    ...{ workflow: 'destroy.yml', name: 'destroy', inputs: destroyInputs(world.roleArn) },
  });
  const remaining = await world.stacks();
  found({
    what: 'Destroy',
    found: remaining.length === 0 ? 'no stack left' : remaining.map(({ name }) => name).join(', '),
    ok: remaining.length === 0,
  });
  found(leftoverFinding(before, await world.inventory()));
  found(unservedFinding(world.aws.gateway.failures(), world.aws.problems()));
  for (const finding of permissionFindings(world.aws)) found(finding);
}

/** The same again, by the job that deploys: what does it cost to find that there is nothing to do? */
async function changeNothing(
  plan: WorldPlan,
  world: StandIns,
  progress: Progress,
  found: (finding: Finding) => void,
): Promise<void> {
  const mark = world.aws.gateway.calls().length;
  const inputs = provisionInputs(world.roleArn, plan.nodes);
  const { outputs } = await runWorkflow(world, progress, {
    ...{ workflow: 'provision.yml', job: 'provision', name: 'provision-again', inputs },
  });
  found(secondDeployFinding(outputs, callsOfRun(world.aws.gateway.calls(), mark)));
}

/** An update in place: one more node is allowed. */
async function changeMaxSize(
  plan: WorldPlan,
  world: StandIns,
  progress: Progress,
  found: (finding: Finding) => void,
): Promise<void> {
  const before = await world.scalingGroups();
  const inputs = provisionInputs(world.roleArn, plan.nodes, labMaxSize(plan.nodes) + 1);
  const { outputs } = await runWorkflow(world, progress, {
    ...{ workflow: 'provision.yml', job: 'provision', name: 'update', inputs },
  });
  found(updateFinding(outputs, before, await world.scalingGroups()));
}

async function runWorkflow(
  world: StandIns,
  progress: Progress,
  request: Dispatch,
): Promise<WorkflowResult> {
  return progress.step(`workflow ${request.workflow} (${request.name})`, async (note) => {
    const ran = await world.runner.dispatch(request, note);
    if (ran.succeeded) return ran;
    const reasons = ran.errors.length === 0 ? ['see the log'] : ran.errors;
    throw new Error(`${request.workflow} failed:\n${reasons.join('\n')}`);
  });
}
