import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import type { WorkflowResult } from '../stand-ins/github/act-log.ts';
import type { Dispatch, WorkflowInputs } from '../stand-ins/github/runner.ts';
import { REGISTRY_PORT, startRegistry } from '../stand-ins/registry/registry.ts';
import { METADATA_ADDRESS } from '../stand-ins/vpc/filter.ts';
import type { Progress } from '../tools/progress.ts';
import type { Finding } from '../tools/table.ts';
import { leftoverFinding, unservedFinding } from './account-facts.ts';
import { REGION } from './account-view.ts';
import { clusterFindings, kubectlFor } from './facts.ts';
import { findFixture } from './fixtures/find-fixture.ts';
import type { Fixture, Rehearsal } from './fixtures/fixture.ts';
import { permissionFindings } from './permission-facts.ts';
import { pullPassage } from './pull-passage.ts';
import { KUBECONFIG } from './run-folder.ts';
import type { StandIns } from './world.ts';
import type { WorldPlan } from './world-messages.ts';

/**
 * Runs a fixture from end to end: the real workflow provisions, configures and verifies, then the fixture
 * checks the result. Unless the lab is kept, the fixture's own steps follow, then destroy and a proof that the
 * account is as before.
 *
 * @throws Error when a workflow fails. By then, `found` has received all earlier findings.
 */
export async function rehearseFixture(
  plan: WorldPlan,
  world: StandIns,
  progress: Progress,
  found: (finding: Finding) => void,
): Promise<void> {
  const fixture = findFixture(plan.fixture);
  const others = await fixture.others?.(world, plan.tools);
  const before = await world.inventory();
  const where = placeOf(fixture, world.roleArn);
  const rehearsal: Rehearsal = {
    nodes: plan.nodes,
    tools: plan.tools,
    world,
    progress,
    seed: plan.switches.seed ?? 1,
    found,
    inputs: {
      ...where,
      ...fixture.inputs({ roleArn: world.roleArn, nodes: plan.nodes }),
      ...others?.inputs,
    },
    workflow: (request) => runWorkflow(world, progress, request),
  };
  if (fixture.images !== undefined) {
    // It ends with the world.
    const address = { host: METADATA_ADDRESS, port: REGISTRY_PORT };
    const passage = pullPassage(world.ec2State);
    await startRegistry(await fixture.images(plan.tools), { ...address, passage });
  }
  await fixture.before?.(rehearsal);
  await provision(plan, fixture, rehearsal);
  if (plan.keep) return;

  await fixture.after?.(rehearsal);
  if (others !== undefined) found(await others.untouched('beside the environment'));
  await rehearsal.workflow({ workflow: 'destroy.yml', name: 'destroy', inputs: where });
  const remaining = await world.stacks();
  found({
    what: 'Destroy',
    found: remaining.length === 0 ? 'no stack left' : remaining.map(({ name }) => name).join(', '),
    ok: remaining.length === 0,
  });
  found(leftoverFinding(before, await world.inventory()));
  if (others !== undefined) found(await others.untouched('after destroy'));
  found(unservedFinding(world.aws.gateway.failures(), world.aws.problems()));
  const all = fixture.usesAllPermissions ?? false;
  for (const finding of permissionFindings(world.aws, { all })) found(finding);
}

/** The environment, region and role: everything that `destroy.yml` needs. */
function placeOf({ environment }: Fixture, roleArn: string): WorkflowInputs {
  return { environment, 'aws-region': REGION, 'role-to-assume': roleArn };
}

async function provision(plan: WorldPlan, fixture: Fixture, rehearsal: Rehearsal): Promise<void> {
  const { world, inputs, found } = rehearsal;
  const { outputs } = await rehearsal.workflow({
    workflow: 'provision.yml',
    name: 'provision',
    inputs,
  });
  const stacks = await world.stacks();
  const complete = stacks.every(({ status }) => status === 'CREATE_COMPLETE');
  found({
    what: 'Stacks',
    found: stacks.map(({ name, status }) => `${name} ${status}`).join('\n'),
    ok: stacks.length === fixture.stacks && complete,
  });
  const kubeconfig = world.kubeconfig(fixture.cluster ?? fixture.environment);
  const kubectl = kubectlFor(join(plan.tools.bin, 'kubectl'), kubeconfig);
  const wanted = { ...fixture, nodes: plan.nodes, besideOthers: fixture.cluster !== undefined };
  for (const finding of await clusterFindings(kubectl, wanted)) found(finding);
  const made = { ...rehearsal, kubectl, kubeconfig, outputs };
  for (const finding of await fixture.check(made)) found(finding);
  copyFileSync(kubeconfig, KUBECONFIG);
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
