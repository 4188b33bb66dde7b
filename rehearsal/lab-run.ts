import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { leftoverFinding, unservedFinding } from './account-facts.ts';
import { admissionFinding, clusterFindings, kubectlFor } from './facts.ts';
import type { WorkflowResult } from './github/act-log.ts';
import { destroyInputs, LAB, provisionInputs, type WorkflowInputs } from './lab.ts';
import type { Progress } from './progress.ts';
import { reportFindings } from './report-facts.ts';
import { KUBECONFIG, LOG_FOLDER } from './run-folder.ts';
import type { Finding } from './table.ts';
import type { StandIns } from './world.ts';
import type { WorldPlan } from './world-messages.ts';

/**
 * The lab from end to end: provision, configure and verify by the real workflow, a look at what came of
 * it, and, unless the lab is kept, destroy and proof that the account is as it was.
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
  const provisioned = await runWorkflow(world, progress, 'provision.yml', inputs);

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

  await runWorkflow(world, progress, 'destroy.yml', destroyInputs(world.roleArn));
  const remaining = await world.stacks();
  found({
    what: 'Destroy',
    found: remaining.length === 0 ? 'no stack left' : remaining.map(({ name }) => name).join(', '),
    ok: remaining.length === 0,
  });
  found(leftoverFinding(before, await world.inventory()));
  found(unservedFinding(world.aws.gateway.failures(), world.aws.problems()));
}

async function runWorkflow(
  world: StandIns,
  progress: Progress,
  workflow: string,
  inputs: WorkflowInputs,
): Promise<WorkflowResult> {
  const result = await progress.step(`workflow ${workflow}`, async (note) => {
    const ran = await world.runner.dispatch(workflow, inputs, note);
    if (ran.succeeded) return ran;
    const reasons = ran.errors.length === 0 ? ['see the log'] : ran.errors;
    throw new Error(`${workflow} failed:\n${reasons.join('\n')}`);
  });
  return result;
}
