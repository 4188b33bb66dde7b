import { dispatchEvent } from '../../stand-ins/github/events/pull-request.ts';
import { CHECK_OUT_THE_PACK } from '../../stand-ins/github/repositories.ts';
import { finding, oneSuccess } from './case-facts.ts';
import {
  approvals,
  deliver,
  haveReviewers,
  leftoverFact,
  type Scenario,
  stackNames,
  usesThePack,
} from './scenario.ts';
import { ENVIRONMENT } from './set-up.ts';

const WORKFLOW = 'by-hand.yml';

/** Starts the example, as a person does. Its logs are named `by-hand-<name>`. */
export function byHand(scenario: Scenario, what: string, name = what) {
  const event = dispatchEvent(WORKFLOW, { what, environment: ENVIRONMENT });
  return deliver(scenario, event, `by-hand-${name}`);
}

/**
 * Check, plan, deploy and destroy, started from the form, with a pack that no job can read. The environment has reviewers. They are
 * away until the second deploy.
 */
export async function rehearseByHand(scenario: Scenario): Promise<void> {
  const { gate } = scenario.site;
  haveReviewers(scenario);
  gate.reviewersPresent = false;
  await packIsClosed(scenario);
  const checked = await byHand(scenario, 'check');
  const check = {
    ...oneSuccess(checked),
    ...usesThePack(scenario, checked[0]),
    ...approvals(scenario, 0, 'by-hand-check'),
    ...(await leftoverFact(scenario)),
  };
  scenario.found(finding('Check', check, checked));
  const planned = await byHand(scenario, 'plan');
  const plan = {
    ...oneSuccess(planned),
    ...usesThePack(scenario, planned[0]),
    ...approvals(scenario, 0, 'by-hand-plan'),
    'it says what there would be': planned[0]?.outputs['has-changes'] === 'true',
    ...(await leftoverFact(scenario)),
  };
  scenario.found(finding('Plan', plan, planned));
  const refused = await byHand(scenario, 'deploy', 'not-approved');
  const refusal = {
    'the run fails': refused[0]?.succeeded === false,
    ...(await leftoverFact(scenario)),
  };
  scenario.found(finding('Deploy that nobody approves', refusal, refused));
  gate.reviewersPresent = true;
  const deployed = await byHand(scenario, 'deploy');
  const deploy = {
    ...oneSuccess(deployed),
    ...usesThePack(scenario, deployed[0]),
    ...approvals(scenario, 1, 'by-hand-deploy'),
    [`stacks ${ENVIRONMENT}, ${ENVIRONMENT}-ng1`]:
      (await stackNames(scenario)).join() === `${ENVIRONMENT},${ENVIRONMENT}-ng1`,
    'the verdict is passed': deployed[0]?.outputs['result'] === 'passed',
  };
  scenario.found(finding('Deploy', deploy, deployed));
  await destroyTwice(scenario, 1);
}

/** A job's token reads its own repository, and neither clones, checks out nor sees the pack's. */
async function packIsClosed(scenario: Scenario): Promise<void> {
  const runs = await deliver(scenario, dispatchEvent(CHECK_OUT_THE_PACK, {}), 'check-out-the-pack');
  const { outcomes } = runs[0]?.outputs ?? {};
  const facts = {
    [`${outcomes}`]: outcomes === 'checkout failure, clone failure, api failure, own success',
    'git is told that there is no such repository':
      runs[0]?.log.match(/remote: Repository not found\./g)?.length === 2,
  };
  scenario.found(finding('A job that reads the pack', facts, runs));
}

/**
 * Destroy of what may exist, then of nothing.
 *
 * @param wanted how often the reviewers have to approve each
 */
export async function destroyTwice(scenario: Scenario, wanted = 0): Promise<void> {
  for (const time of ['once', 'twice']) {
    const runs = await byHand(scenario, 'destroy', `destroy-${time}`);
    const facts = {
      ...oneSuccess(runs),
      ...usesThePack(scenario, runs[0]),
      ...approvals(scenario, wanted, `by-hand-destroy-${time}`),
      ...(await leftoverFact(scenario)),
    };
    scenario.found(finding(`Destroy, ${time}`, facts, runs));
  }
}
