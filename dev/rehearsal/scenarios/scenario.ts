import { type Inventory, leftovers } from '../../stand-ins/aws/inventory.ts';
import type { WorkflowResult } from '../../stand-ins/github/act-log.ts';
import { fakeSha, type PullRequest } from '../../stand-ins/github/api/state.ts';
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

/** What a scenario does its work with. */
export interface Scenario {
  readonly site: Site;
  readonly world: StandIns;
  readonly progress: Progress;
  /** For looks into a cluster, as its administrator. */
  kubectl(cluster: string): Kubectl;
  /** What the account held before anything was made. */
  readonly before: Inventory;
  /** Adds a line to the closing table. */
  found(finding: Finding): void;
}

/** A pull request of the user's own repository, as it is opened, unless `change` says otherwise. */
export function newPullRequest(number: number, change: Partial<PullRequest> = {}): PullRequest {
  return {
    ...{
      number,
      author: 'ann',
      headBranch: `change-${number}`,
      headRepository: 'acme/telecom-lab',
    },
    ...{ headSha: fakeSha(`change ${number}`), labels: [], state: 'open' },
    ...{ merged: false, conflict: false, ...change },
  };
}

export interface Happening {
  readonly label?: string;
  readonly actor?: string;
}

/** Something happens to a pull request: GitHub knows it, and runs what it starts. */
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

/** Runs what an event starts. */
export function deliver(
  { site, progress }: Scenario,
  event: GithubEvent,
  name: string,
  actor?: string,
): Promise<readonly WorkflowResult[]> {
  return progress.step(`event ${name}`, (show) =>
    site.deliver(event, { name, show, ...(actor === undefined ? {} : { actor }) }),
  );
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

/** What a case must come to, each with whether it did. */
export type Facts = Readonly<Record<string, boolean>>;

/** Pure: that an event started one run, which came to a good end. */
export function oneSuccess(runs: readonly WorkflowResult[]): Facts {
  return { 'one run, which succeeds': runs.length === 1 && runs[0]?.succeeded === true };
}

/** Pure: one line of the table from facts and from the runs that led to them. */
export function finding(what: string, facts: Facts, runs: readonly WorkflowResult[]): Finding {
  const wrong = Object.entries(facts).filter(([, holds]) => !holds);
  const told = Object.entries(facts).map(([fact, holds]) => (holds ? fact : `NOT: ${fact}`));
  const errors = wrong.length === 0 ? [] : runs.flatMap((run) => run.errors);
  return { what, found: [...told, ...errors].join('\n'), ok: wrong.length === 0 };
}

/** Whether the account holds no more than before, as a fact that names what there is more of. */
export async function leftoverFact({ world, before }: Scenario): Promise<Facts> {
  return noMoreThan(before, await world.inventory(), 'leftovers');
}

/** Pure: the same of two inventories; `what` is what the fact begins with. */
export function noMoreThan(before: Inventory, after: Inventory, what: string): Facts {
  const more = Object.entries(leftovers(before, after)).map(([kind, n]) => `${kind} ${n}`);
  return { [`${what} ${more.join(', ') || '0'}`]: more.length === 0 };
}

/** What a job's log says when the stand-in for actions/checkout has fetched a commit. */
const FETCHED = /(\S+) at ([0-9a-f]{40}) checked out/g;

/** Which files the jobs of a run worked with: the pack's at `v1`, or others. */
export function usesThePack({ site }: Scenario, log: string): Facts {
  const fetched = [...log.matchAll(FETCHED)].map(([, repository, sha]) => `${repository}@${sha}`);
  const wanted = `${PACK}@${site.pack.source.sha}`;
  return {
    [`${fetched.length} checkouts, each of ${PACK} at v1 (${site.pack.source.sha.slice(0, 7)})`]:
      fetched.length > 0 && fetched.every((one) => one === wanted),
    "no action of the caller's own ran": !log.includes("the caller's own action ran"),
  };
}

export async function stackNames({ world }: Scenario): Promise<readonly string[]> {
  return (await world.stacks()).map(({ name }) => name).sort();
}
