import { join } from 'node:path';
import { prepareUsers } from '../stand-ins/aws/account.ts';
import { type Site, startSite } from '../stand-ins/github/site.ts';
import type { Progress } from '../tools/progress.ts';
import type { Finding } from '../tools/table.ts';
import { unservedFinding } from './account-facts.ts';
import { ACCOUNT } from './account-view.ts';
import { kubectlFor } from './facts.ts';
import { deniedFinding } from './permission-facts.ts';
import { destroyTwice, rehearseByHand } from './scenarios/by-hand.ts';
import { rehearseCaller, rehearseOneJob } from './scenarios/caller.ts';
import { rehearseLabel } from './scenarios/label-time.ts';
import { rehearseMaintenance } from './scenarios/maintain.ts';
import { rehearseNewcomer } from './scenarios/newcomer.ts';
import { rehearsePreviews } from './scenarios/preview.ts';
import { rehearsePreviewOnBase } from './scenarios/preview-on-base.ts';
import { rehearseReaping } from './scenarios/reap.ts';
import { rehearseRegions } from './scenarios/regions.ts';
import type { Scenario } from './scenarios/scenario.ts';
import { type ScenarioName, scenarioName } from './scenarios/scenario-names.ts';
import { adaptationOf, setUpOf } from './scenarios/set-up.ts';
import type { StandIns } from './world.ts';
import type { WorldPlan } from './world-messages.ts';

const PERFORM: Readonly<Record<ScenarioName, (scenario: Scenario) => Promise<void>>> = {
  provision: rehearseByHand,
  destroy: destroyTwice,
  preview: rehearsePreviews,
  'preview-on-base': rehearsePreviewOnBase,
  'label-own-cluster': (scenario) => rehearseLabel(scenario, false),
  'label-on-base': (scenario) => rehearseLabel(scenario, true),
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
  const site = await startSite(world.act, world.runnerOptions, adaptationOf(name));
  try {
    if (setUpOf(name).hasUsers) {
      const { repository } = world.runnerOptions;
      await prepareUsers({ ...world.client, account: ACCOUNT, repository });
    }
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
