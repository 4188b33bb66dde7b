import {
  CloudFormationClient,
  CreateChangeSetCommand,
  DescribeStacksCommand,
  ExecuteChangeSetCommand,
  GetTemplateCommand,
  UpdateTerminationProtectionCommand,
  waitUntilChangeSetCreateComplete,
  waitUntilStackUpdateComplete,
} from '@aws-sdk/client-cloudformation';
import { EXPIRY_TAG } from '../../../src/environment/tags.ts';
import { newPullRequest, type PullRequest } from '../../stand-ins/github/api/state.ts';
import { dispatchEvent, scheduleEvent } from '../../stand-ins/github/events/pull-request.ts';
import { finding, oneSuccess } from './case-facts.ts';
import { destroyed, isGone, LABEL, ownNodes, previewName, standing } from './preview-facts.ts';
import {
  approvals,
  commentsOn,
  deliver,
  happens,
  haveReviewers,
  leftoverFact,
  type Scenario,
  stackNames,
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

  const nothing = await deliver(scenario, scheduleEvent(WORKFLOW), 'reap-nothing');
  const none = {
    ...oneSuccess(nothing),
    'nothing has to go': nothing[0]?.outputs['environments'] === '[]',
    'four stacks stay': (await stackNames(scenario)).length === 4,
  };
  scenario.found(finding('Nothing to reap', none, nothing));

  await moveExpiry(scenario, previewName(old));
  scenario.site.state.branches.delete(gone.headBranch);
  await dryRun(scenario);

  await oneIsProtected(scenario, old, gone);
  const reaped = await deliver(scenario, scheduleEvent(WORKFLOW), 'reap');
  const facts = {
    ...(await destroyed(scenario, old, reaped)),
    'the comment says why': /expired at/.test(commentsOn(scenario, old.number)[0] ?? ''),
    ...approvals(scenario, 0, 'reap'),
    ...(await leftoverFact(scenario)),
  };
  scenario.found(finding('Time over, protected no more: reaped', facts, reaped));
  scenario.found(finding('Previews and clean-up, all runs', approvals(scenario, 0), []));
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
  const comments = commentsOn(scenario, held.number);
  const facts = {
    'the run fails': runs.length === 1 && runs[0]?.succeeded === false,
    [`its only error: ${errors[0]?.split('\n')[0]}`]:
      errors.length === 1 &&
      /eks-multus-pr-51: its termination protection is on/.test(errors[0] ?? ''),
    'one comment says that it could not be destroyed':
      comments.length === 1 && /: could not be destroyed$/m.test(comments[0] ?? ''),
    'two stacks stay': (await stackNames(scenario)).length === 2,
    ...(await isGone(scenario, free)),
    'the comment says why': /branch change-52 is gone/.test(
      commentsOn(scenario, free.number)[0] ?? '',
    ),
  };
  scenario.found(finding('Branch gone: reaped; time over, but protected', facts, runs));
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
    'it destroys nothing': (await stackNames(scenario)).length === 4,
  };
  scenario.found(finding('Dry run', facts, runs));
}

/** The account's owner moves the expiry of an environment into the past, with a CloudFormation call. */
async function moveExpiry({ world, progress }: Scenario, stackName: string): Promise<void> {
  await progress.step(`move the expiry of ${stackName}`, async () => {
    const client = new CloudFormationClient(world.client);
    const StackName = stackName;
    const { Stacks: [stack] = [] } = await client.send(new DescribeStacksCommand({ StackName }));
    const { TemplateBody } = await client.send(new GetTemplateCommand({ StackName }));
    const set = { StackName, ChangeSetName: 'expired' };
    const others = (stack?.Tags ?? []).filter(({ Key }) => Key !== EXPIRY_TAG);
    await client.send(
      new CreateChangeSetCommand({
        ...set,
        ChangeSetType: 'UPDATE',
        TemplateBody,
        Capabilities: ['CAPABILITY_IAM'],
        Parameters: (stack?.Parameters ?? []).map(({ ParameterKey }) => ({
          ParameterKey,
          UsePreviousValue: true,
        })),
        Tags: [...others, { Key: EXPIRY_TAG, Value: '2026-01-01T00:00:00Z' }],
      }),
    );
    const waiting = { client, maxWaitTime: 120, minDelay: 1, maxDelay: 2 };
    await waitUntilChangeSetCreateComplete(waiting, set);
    await client.send(new ExecuteChangeSetCommand(set));
    await waitUntilStackUpdateComplete(waiting, { StackName });
  });
}
