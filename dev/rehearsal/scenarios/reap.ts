import {
  CloudFormationClient,
  UpdateTerminationProtectionCommand,
} from '@aws-sdk/client-cloudformation';
import { REPOSITORY_TAG } from '../../../src/environment/tags.ts';
import { newPullRequest, type PullRequest } from '../../stand-ins/github/api/state.ts';
import { dispatchEvent, scheduleEvent } from '../../stand-ins/github/events/pull-request.ts';
import { finding, oneSuccess } from './case-facts.ts';
import {
  destroyed,
  isGone,
  LABEL,
  ownNodes,
  previewName,
  standing,
  stateComments,
} from './preview-facts.ts';
import { guardDeletes, guardMoves, ownStacks } from './previews/guard.ts';
import { changeTag, expiresEarlier } from './previews/passing-time.ts';
import {
  approvals,
  commentsOn,
  deliver,
  happens,
  haveReviewers,
  leftoverFact,
  type Scenario,
} from './scenario.ts';

const WORKFLOW = 'scheduled-teardown.yml';

/**
 * Two abandoned previews: one has expired, the branch of the other is deleted. The environment of deploys has reviewers, who
 * are away.
 */
export async function rehearseReaping(scenario: Scenario): Promise<void> {
  haveReviewers(scenario);
  scenario.site.gate.reviewersPresent = false;
  const [old, gone] = [51, 52].map((number) => newPullRequest(number, { labels: [LABEL] }));
  if (old === undefined || gone === undefined) throw new Error('two pull requests');
  const runs = await Promise.all([old, gone].map((pull) => happens(scenario, pull, 'opened')));
  const up = {
    ...(await standing(scenario, old, runs[0] ?? [])),
    ...(await standing(scenario, gone, runs[1] ?? [])),
    ...(await ownNodes(scenario, old)),
    ...(await ownNodes(scenario, gone)),
  };
  scenario.found(finding('Two previews', up, runs.flat()));
  await guardMoves(scenario, gone);

  const nothing = await deliver(scenario, scheduleEvent(WORKFLOW), 'reap-nothing');
  const none = {
    ...oneSuccess(nothing),
    'nothing has to go': nothing[0]?.outputs['environments'] === '[]',
    'nobody is warned': [old, gone].every((pull) => warnings(scenario, pull).length === 0),
    'four stacks stay': (await ownStacks(scenario)).length === 4,
  };
  scenario.found(finding('Nothing to reap', none, nothing));

  await warned(scenario, old);
  await expiresEarlier(scenario, old, 3);
  scenario.site.state.branches.delete(gone.headBranch);
  // The repository has another name than when the preview was made, and the same number.
  await changeTag(scenario, previewName(gone), REPOSITORY_TAG, () => 'acme/earlier-name');
  await dryRun(scenario);

  await oneIsProtected(scenario, old, gone);
  await guardDeletes(scenario, old);
  const reaped = await deliver(scenario, scheduleEvent(WORKFLOW), 'reap');
  const facts = {
    ...(await destroyed(scenario, old, reaped)),
    'the comment says why': /expired at/.test(commentsOn(scenario, old.number)[0] ?? ''),
    ...approvals(scenario, 0, 'reap'),
    ...(await leftoverFact(scenario)),
  };
  scenario.found(finding('The schedule is on again: the rest is reaped', facts, reaped));
  scenario.found(finding('Previews and clean-up, all runs', approvals(scenario, 0), []));
}

/** The warnings on a pull request that its preview expires. */
function warnings(scenario: Scenario, pull: PullRequest): readonly string[] {
  const states = stateComments(scenario, pull);
  return commentsOn(scenario, pull.number).filter((body) => !states.includes(body));
}

/** Twenty-two of twenty-four hours have passed. */
async function warned(scenario: Scenario, pull: PullRequest): Promise<void> {
  await expiresEarlier(scenario, pull, 22);
  const runs = await deliver(scenario, scheduleEvent(WORKFLOW), 'reap-warning');
  const [warning = 'none', ...more] = warnings(scenario, pull);
  const told = warning.replace(/<!--[\s\S]*?-->\s*/g, '').trim();
  const facts = {
    ...oneSuccess(runs),
    'nothing has to go': runs[0]?.outputs['environments'] === '[]',
    [`a new comment: ${told}`]:
      more.length === 0 &&
      /expires at .* UTC and is then destroyed\. Push a commit .*`multus-preview-keep`/.test(told),
  };
  scenario.found(finding('Two hours before its expiry: warned', facts, runs));
}

/** A preview that cannot be destroyed fails its own job and says so. The other one is destroyed anyway. */
async function oneIsProtected(
  scenario: Scenario,
  held: PullRequest,
  free: PullRequest,
): Promise<void> {
  await protect(scenario, previewName(held), true);
  const runs = await deliver(scenario, scheduleEvent(WORKFLOW), 'reap-protected');
  const errors = runs.flatMap((run) => run.errors);
  const comments = stateComments(scenario, held);
  const facts = {
    'the run fails': runs.length === 1 && runs[0]?.succeeded === false,
    [`its only error: ${errors[0]?.split('\n')[0]}`]:
      errors.length === 1 &&
      /eks-multus-pr-51: its termination protection is on/.test(errors[0] ?? ''),
    'one comment says that it could not be destroyed':
      comments.length === 1 && /: could not be destroyed$/m.test(comments[0] ?? ''),
    'two stacks stay': (await ownStacks(scenario)).length === 2,
    ...(await isGone(scenario, free)),
    'the comment says why': /branch change-52 is gone/.test(
      commentsOn(scenario, free.number)[0] ?? '',
    ),
  };
  const what = 'Branch gone, repository renamed: reaped; time over, but protected';
  scenario.found(finding(what, facts, runs));
  await protect(scenario, previewName(held), false);
}

/** The account's owner turns a stack's termination protection on or off. */
async function protect({ world, progress }: Scenario, StackName: string, on: boolean) {
  await progress.step(`termination protection of ${StackName}: ${on ? 'on' : 'off'}`, () =>
    new CloudFormationClient(world.client).send(
      new UpdateTerminationProtectionCommand({ StackName, EnableTerminationProtection: on }),
    ),
  );
}

async function dryRun(scenario: Scenario): Promise<void> {
  const runs = await deliver(
    scenario,
    dispatchEvent(WORKFLOW, { 'dry-run': 'true' }),
    'reap-dry-run',
  );
  const facts = {
    ...oneSuccess(runs),
    'it says what has to go, and why': /expired at[\s\S]*branch change-52 is gone/.test(
      runs[0]?.outputs['environments'] ?? '',
    ),
    'and in a table': /\| eks-multus-pr-51 \| #51 \|/.test(runs[0]?.summary ?? ''),
    'it destroys nothing': (await ownStacks(scenario)).length === 4,
  };
  scenario.found(finding('Dry run', facts, runs));
}
