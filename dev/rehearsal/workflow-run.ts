import { join } from 'node:path';
import type { Adaptation } from '../stand-ins/github/repositories.ts';
import { type Site, startSite } from '../stand-ins/github/site.ts';
import type { Progress } from '../tools/progress.ts';
import type { Finding } from '../tools/table.ts';
import { unservedFinding } from './account-facts.ts';
import { ACCOUNT, REGION } from './account-view.ts';
import { kubectlFor } from './facts.ts';
import { deniedFinding } from './permission-facts.ts';
import { destroyTwice, rehearseByHand } from './scenarios/by-hand.ts';
import { rehearseCaller, rehearseOneJob } from './scenarios/caller.ts';
import { rehearseMaintenance } from './scenarios/maintain.ts';
import { rehearseNewcomer } from './scenarios/newcomer.ts';
import { rehearsePreviews } from './scenarios/preview.ts';
import { ON_BASE, rehearsePreviewOnBase } from './scenarios/preview-on-base.ts';
import { rehearseReaping } from './scenarios/reap.ts';
import { rehearseRegions } from './scenarios/regions.ts';
import type { Scenario } from './scenarios/scenario.ts';
import { type ScenarioName, scenarioName } from './scenarios/scenario-names.ts';
import type { StandIns } from './world.ts';
import type { WorldPlan } from './world-messages.ts';

const PERFORM: Readonly<Record<ScenarioName, (scenario: Scenario) => Promise<void>>> = {
  provision: rehearseByHand,
  destroy: destroyTwice,
  preview: rehearsePreviews,
  'preview-on-base': rehearsePreviewOnBase,
  reap: rehearseReaping,
  maintain: rehearseMaintenance,
  caller: rehearseCaller,
  'one-job': rehearseOneJob,
  regions: rehearseRegions,
  newcomer: rehearseNewcomer,
};

/**
 * Runs the workflows as users have them: in their own repository, from the examples, which call the pack at
 * `v1`, started by real event payloads.
 */
export async function rehearseWorkflow(
  plan: WorldPlan,
  world: StandIns,
  progress: Progress,
  found: (finding: Finding) => void,
): Promise<void> {
  const name = scenarioName(plan.workflow);
  if (name === undefined) throw new Error('no workflow is named');
  const site = await startSite(world.act, world.runnerOptions, adaptation(name));
  try {
    const before = await world.inventory();
    const kubectl = (cluster: string) =>
      kubectlFor(join(plan.tools.bin, 'kubectl'), world.kubeconfig(cluster));
    await PERFORM[name]({ site, world, progress, before, found, kubectl });
    found(apiFinding(site));
    found(unservedFinding(world.aws.gateway.failures(), world.aws.problems()));
    found(deniedFinding(world.aws.gateway.calls()));
  } finally {
    await site.stop();
  }
}

/** What scripts/setup.sh writes. */
const VARIABLES = {
  EKS_MULTUS_REGION: REGION,
  EKS_MULTUS_DEPLOYER_ROLE: `arn:aws:iam::${ACCOUNT}:role/eks-multus-deployer`,
  EKS_MULTUS_CLOUDFORMATION_ROLE: `arn:aws:iam::${ACCOUNT}:role/eks-multus-cloudformation`,
};

/**
 * The values that a user writes into the examples. All VPCs of a rehearsal share one network, so their ranges
 * must differ.
 */
function adaptation(scenario: ScenarioName): Adaptation {
  const own = { 'vpc-cidr': '10.${{ github.event.number }}.0.0/16' };
  const place = scenario === 'preview-on-base' ? ON_BASE : own;
  return {
    account: ACCOUNT,
    fresh: scenario === 'newcomer',
    variables: scenario === 'newcomer' ? {} : VARIABLES,
    inputs: {
      'preview.yml': { ...place, 'max-previews': '2' },
      'provision.yml': { 'plan-environment': 'eks-multus-unattended' },
    },
  };
}

/** Checks that every request to GitHub and every answer fit GitHub's API description. */
function apiFinding({ api }: Site): Finding {
  const wrong = api.calls.flatMap(({ operation, problems }) =>
    problems.map((problem) => `${operation}: ${problem}`),
  );
  const operations = new Set(api.calls.map(({ operation }) => operation));
  const seen = `${api.calls.length} calls of ${operations.size} operations, ${wrong.length} problems`;
  return {
    what: 'GitHub API, as described',
    found: [seen, ...wrong].join('\n'),
    ok: wrong.length === 0,
  };
}
