import type { Inventory } from '../../stand-ins/aws/inventory.ts';
import type { WorkflowResult } from '../../stand-ins/github/act-log.ts';
import type { PullRequest } from '../../stand-ins/github/api/state.ts';
import {
  type GithubEvent,
  type PullRequestAction,
  pullRequestEvents,
} from '../../stand-ins/github/events/pull-request.ts';
import { PACK } from '../../stand-ins/github/repositories.ts';
import type { Site } from '../../stand-ins/github/site.ts';
import type { Progress } from '../../tools/progress.ts';
import type { Finding } from '../../tools/table.ts';
import type { Kubectl } from '../facts.ts';
import type { StandIns } from '../world.ts';
import { type Facts, noMoreThan } from './case-facts.ts';
import { keepComments } from './comment-pages.ts';

/** What a scenario works with. */
export interface Scenario {
  readonly site: Site;
  readonly world: StandIns;
  readonly progress: Progress;
  /** Runs kubectl against a cluster, as its administrator. */
  kubectl(cluster: string): Kubectl;
  /** The inventory of the account before the scenario. */
  readonly before: Inventory;
  /** Adds a line to the closing table. */
  found(finding: Finding): void;
}

export interface Happening {
  readonly label?: string;
  readonly actor?: string;
}

/** Applies an event to a pull request: GitHub records it and runs the workflows that it starts. */
export async function happens(
  scenario: Scenario,
  pull: PullRequest,
  action: PullRequestAction,
  { label, actor }: Happening = {},
): Promise<readonly WorkflowResult[]> {
  const { state } = scenario.site;
  state.pullRequests.set(pull.number, pull);
  if (pull.headRepository === state.name) state.branches.set(pull.headBranch, pull.headSha);
  const results: WorkflowResult[] = [];
  for (const event of pullRequestEvents(state, pull, action, label)) {
    const name = `${event.name}-${pull.number}-${action}-${pull.headSha.slice(0, 7)}`;
    results.push(...(await deliver(scenario, event, name, actor)));
  }
  return results;
}

/** Runs the workflows that an event starts, and keeps the comments that they leave in the log folder. */
export async function deliver(
  scenario: Scenario,
  event: GithubEvent,
  name: string,
  actor?: string,
): Promise<readonly WorkflowResult[]> {
  const { site, progress } = scenario;
  const before = new Map(site.state.comments);
  const results = await progress.step(`event ${name}`, (show) =>
    site.deliver(event, { name, show, ...(actor === undefined ? {} : { actor }) }),
  );
  keepComments(name, before, site.state.comments);
  return results;
}

/** The comments on a pull request, oldest first. */
export function commentsOn({ site }: Scenario, number: number): readonly string[] {
  return [...site.state.comments.values()]
    .filter(({ pullRequest }) => pullRequest === number)
    .map(({ body }) => body);
}

/** The states of an environment's deployments, oldest first. */
export function deploymentsTo({ site }: Scenario, environment: string): readonly string[] {
  return [...site.state.deployments.values()]
    .filter((one) => one.environment === environment)
    .map(({ statuses }) => statuses.at(-1)?.state ?? 'pending');
}

/** The fact that the account holds no more than before. It names what is left. */
export async function leftoverFact({ world, before }: Scenario): Promise<Facts> {
  return noMoreThan(before, await world.inventory(), 'leftovers');
}

/** Checks that a run used the actions of the pack's workflows at `v1`, and checked nothing out. */
export function usesThePack({ site }: Scenario, run: WorkflowResult | undefined): Facts {
  const { downloads = [], log = '' } = run ?? {};
  const actions = downloads.filter((one) => one.startsWith(`${PACK}@`) && one !== `${PACK}@v1`);
  const commit = site.pack.source.sha;
  return {
    [`${actions.length} actions, each of ${PACK} at the commit of v1 (${commit.slice(0, 7)})`]:
      actions.length > 0 && actions.every((one) => one === `${PACK}@${commit}`),
    'no job checked a repository out': !log.includes('checked out into'),
    "no action of the caller's own ran": !log.includes("the caller's own action ran"),
  };
}

/** Gives the environment of deploys reviewers. */
export function haveReviewers({ site: { state } }: Scenario): void {
  const environment = state.environments.get('eks-multus');
  if (environment === undefined) throw new Error('there is no environment eks-multus');
  state.environments.set(environment.name, { ...environment, reviewers: ['bob'] });
}

/** The fact that the reviewers had to approve so many jobs of a run; by default, of all runs. */
export function approvals({ site }: Scenario, wanted: number, run?: string): Facts {
  const entries = site.gate.entries.filter((entry) => run === undefined || entry.run === run);
  const asked = entries.filter(({ approval }) => approval).length;
  return {
    [`${asked} of ${entries.length} jobs in an environment needed an approval`]:
      entries.length > 0 && asked === wanted,
  };
}

export async function stackNames({ world }: Scenario): Promise<readonly string[]> {
  return (await world.stacks()).map(({ name }) => name).sort();
}
