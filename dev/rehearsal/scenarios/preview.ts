import { fakeSha, newPullRequest, type PullRequest } from '../../stand-ins/github/api/state.ts';
import { finding, oneSuccess } from './case-facts.ts';
import { destroyed, expiryOf, LABEL, ownNodes, standing } from './preview-facts.ts';
import {
  approvals,
  commentsOn,
  happens,
  haveReviewers,
  leftoverFact,
  type Scenario,
  stackNames,
  usesThePack,
} from './scenario.ts';

/**
 * The life of previews, from events of pull requests to the state of the account and of GitHub. The environment of deploys has
 * reviewers, who are away.
 */
export async function rehearsePreviews(scenario: Scenario): Promise<void> {
  haveReviewers(scenario);
  scenario.site.gate.reviewersPresent = false;
  await skipped(scenario);
  await lifeOfOne(scenario);
  await twoAtOnce(scenario);
  await closedWithConflict(scenario);
  scenario.found(finding('Previews and their clean-up, all runs', approvals(scenario, 0), []));
}

async function skipped(scenario: Scenario): Promise<void> {
  const fork = newPullRequest(47, { headRepository: 'mallory/telecom-lab', labels: [LABEL] });
  const bot = newPullRequest(48, { author: 'dependabot[bot]', labels: [LABEL] });
  for (const [what, pull, actor, told] of [
    ['Fork', fork, 'mallory', /comes from a fork \(mallory\/telecom-lab\)/],
    ['Dependabot', bot, 'dependabot[bot]', /is by Dependabot/],
    ['No label', newPullRequest(41), 'ann', /once it has the label "multus-preview"/],
  ] as const) {
    const runs = await happens(scenario, pull, 'opened', { actor });
    const facts = {
      ...oneSuccess(runs),
      [`notice: ${runs[0]?.notices[0] ?? 'none'}`]: told.test(runs[0]?.notices[0] ?? ''),
      'no comment': commentsOn(scenario, pull.number).length === 0,
      ...(await leftoverFact(scenario)),
    };
    scenario.found(finding(`${what}: skipped`, facts, runs));
  }
}

/** Labelled, pushed to twice, then the label removed. */
async function lifeOfOne(scenario: Scenario): Promise<void> {
  const labelled = newPullRequest(41, { labels: [LABEL] });
  const runs = await happens(scenario, labelled, 'labeled', { label: LABEL });
  const up = {
    ...(await standing(scenario, labelled, runs)),
    ...usesThePack(scenario, runs[0]),
  };
  scenario.found(finding('Opened, labelled', up, runs));
  for (const push of ['first', 'second']) {
    const pushed = { ...labelled, headSha: fakeSha(`${push} push`) };
    const before = expiryOf(scenario, pushed);
    const again = await happens(scenario, pushed, 'synchronize');
    const facts = {
      ...(await standing(scenario, pushed, again)),
      'it expires later': expiryOf(scenario, pushed) > before,
    };
    scenario.found(finding(`Synchronize, ${push}`, facts, again));
  }
  await kept(scenario, { ...labelled, headSha: fakeSha('second push'), labels: [LABEL, KEEP] });
  const without = newPullRequest(41, { headSha: fakeSha('second push') });
  const gone = await happens(scenario, without, 'unlabeled', { label: LABEL });
  const facts = {
    ...(await destroyed(scenario, without, gone)),
    ...(await leftoverFact(scenario)),
  };
  scenario.found(finding('Label removed', facts, gone));
}

const KEEP = 'multus-preview-keep';

/** Somebody adds the label that keeps a preview for a day. Only the comment changes. */
async function kept(scenario: Scenario, pull: PullRequest): Promise<void> {
  const expiry = () => expiryOf(scenario, pull);
  const before = await stackNames(scenario);
  const earlier = expiry();
  const runs = await happens(scenario, pull, 'labeled', { label: KEEP });
  const hours = (expiry() - Date.now()) / 3_600_000;
  const facts = {
    ...oneSuccess(runs),
    [`it expires in ${hours.toFixed(1)} hours`]: hours > 23.5 && expiry() >= earlier,
    'one comment, still about a preview that is ready':
      commentsOn(scenario, pull.number).length === 1 &&
      /: ready$/m.test(commentsOn(scenario, pull.number)[0] ?? ''),
    'the same stacks': (await stackNames(scenario)).join() === before.join(),
  };
  scenario.found(finding('Label that keeps it', facts, runs));
}

/** Two previews run side by side, a third is refused, and each is removed without the other. */
async function twoAtOnce(scenario: Scenario): Promise<void> {
  const [one, other] = [42, 43].map((number) => newPullRequest(number, { labels: [LABEL] }));
  if (one === undefined || other === undefined) throw new Error('two pull requests');
  const [first, second] = await Promise.all([
    happens(scenario, one, 'opened'),
    happens(scenario, other, 'opened'),
  ]);
  const both = {
    ...(await standing(scenario, one, first)),
    ...(await standing(scenario, other, second)),
    ...(await ownNodes(scenario, one)),
    ...(await ownNodes(scenario, other)),
  };
  scenario.found(finding('Two at once', both, [...first, ...second]));
  await oneTooMany(scenario);

  const closed: PullRequest = { ...one, state: 'closed' };
  const gone = await happens(scenario, closed, 'closed');
  const facts = {
    ...(await destroyed(scenario, one, gone)),
    // What its own run reported still holds.
    ...(await standing(scenario, other, second)),
    ...(await ownNodes(scenario, other)),
  };
  scenario.found(finding('Closed', facts, gone));
  const merged = await happens(scenario, { ...other, state: 'closed', merged: true }, 'closed');
  const end = { ...(await destroyed(scenario, other, merged)), ...(await leftoverFact(scenario)) };
  scenario.found(finding('Merged', end, merged));
}

async function oneTooMany(scenario: Scenario): Promise<void> {
  const pull = newPullRequest(44, { labels: [LABEL] });
  const before = await stackNames(scenario);
  const runs = await happens(scenario, pull, 'opened');
  const [comment = ''] = commentsOn(scenario, 44);
  const facts = {
    ...oneSuccess(runs),
    [`notice: ${runs[0]?.notices.at(-1)}`]:
      runs[0]?.notices.some((one) =>
        /max-previews is 2, and there are 2 previews: #42 .*#43 /.test(one),
      ) === true,
    'a comment says so': /: refused$/m.test(comment) && comment.includes('max-previews is 2'),
    'no stack more': (await stackNames(scenario)).join() === before.join(),
  };
  scenario.found(finding('max-previews reached', facts, runs));
}

async function closedWithConflict(scenario: Scenario): Promise<void> {
  const pull = newPullRequest(45, { labels: [LABEL] });
  const opened = await happens(scenario, pull, 'opened');
  const up = await standing(scenario, pull, opened);
  const closed: PullRequest = { ...pull, conflict: true, state: 'closed' };
  const gone = await happens(scenario, closed, 'closed');
  const facts = {
    'it stood': Object.values(up).every((holds) => holds),
    ...(await destroyed(scenario, closed, gone)),
    ...(await leftoverFact(scenario)),
  };
  scenario.found(finding('Closed with a conflict', facts, [...opened, ...gone]));
}
