import type { GithubEvent } from '../github/events/pull-request.ts';
import { PACK } from '../github/repositories.ts';
import {
  deliver,
  finding,
  happens,
  leftoverFact,
  newPullRequest,
  type Scenario,
} from './scenario.ts';

/** What a job's log says when the stand-in for actions/checkout has fetched a commit. */
const FETCHED = /(\S+) at ([0-9a-f]{40}) checked out/g;

/** Another repository calls the workflows at `v1`: which files do the jobs use? */
export async function rehearseCaller(scenario: Scenario): Promise<void> {
  const push: GithubEvent = { name: 'push', payload: { ref: 'refs/heads/main' } };
  const runs = await deliver(scenario, push, 'push');
  scenario.found(
    finding(
      'provision.yml@v1, destroy.yml@v1',
      {
        ...usesThePack(scenario, runs[0]?.log ?? ''),
        'the run succeeds': runs.length === 1 && runs.every(({ succeeded }) => succeeded),
        'the verdict is passed': runs[0]?.outputs['result'] === 'passed',
        'a job of the caller has the environment': /https:\/\/\S+/.test(runs[0]?.log ?? ''),
        ...(await leftoverFact(scenario)),
      },
      runs,
    ),
  );
  const opened = await happens(scenario, newPullRequest(61), 'opened');
  scenario.found(
    finding(
      'preview.yml@v1',
      {
        ...usesThePack(scenario, opened[0]?.log ?? ''),
        'the run succeeds': opened.length === 1 && opened.every(({ succeeded }) => succeeded),
        'the decision is the pack’s': /multus-preview/.test(opened[0]?.notices[0] ?? ''),
      },
      opened,
    ),
  );
}

function usesThePack({ site }: Scenario, log: string) {
  const fetched = [...log.matchAll(FETCHED)].map(([, repository, sha]) => `${repository}@${sha}`);
  const wanted = `${PACK}@${site.pack.source.sha}`;
  return {
    [`${fetched.length} checkouts, each of ${PACK} at v1 (${site.pack.source.sha.slice(0, 7)})`]:
      fetched.length > 0 && fetched.every((one) => one === wanted),
    "no action of the caller's own ran": !log.includes("the caller's own action ran"),
  };
}
