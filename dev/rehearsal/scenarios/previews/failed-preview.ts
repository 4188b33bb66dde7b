import { newPullRequest, type PullRequest } from '../../../stand-ins/github/api/state.ts';
import { finding } from '../case-facts.ts';
import { destroyed, LABEL, previewName, stateComments } from '../preview-facts.ts';
import { deploymentsTo, happens, type Scenario } from '../scenario.ts';
import { FAILING } from '../set-up.ts';

/** A preview for which EC2 starts no instance (set-up.ts): its comment says what failed. Then its pull request is closed. */
export async function rehearseFailure(scenario: Scenario): Promise<void> {
  const files = ['deploy/values.yaml'];
  const pull = newPullRequest(FAILING, { labels: [LABEL], files });
  const opened = await happens(scenario, pull, 'opened');
  const comments = stateComments(scenario, pull);
  const row = (title: string) =>
    new RegExp(`^\\| ${title} \\| (.*) \\|$`, 'm').exec(comments[0] ?? '')?.[1] ?? 'none';
  const [what, reason, next] = ['What failed', 'Reason', 'Next step'].map(row);
  const facts = {
    'the run fails': opened.length === 1 && opened[0]?.succeeded === false,
    'one comment, which says so': comments.length === 1 && /: failed$/m.test(comments[0] ?? ''),
    [`what failed: ${what}`]: /AutoScalingGroup \(AWS::AutoScaling::/.test(what ?? ''),
    [`reason: ${reason}`]: /vCPU limit of 5/.test(reason ?? ''),
    [`next step: ${next}`]: /correct the cause/.test(next ?? ''),
    'the deployment failed': deploymentsTo(scenario, previewName(pull)).join() === 'failure',
  };
  scenario.found(finding('A preview that fails', facts, opened));
  const closed: PullRequest = { ...pull, state: 'closed' };
  const gone = await happens(scenario, closed, 'closed');
  scenario.found(finding('Its end', await destroyed(scenario, closed, gone), gone));
}
