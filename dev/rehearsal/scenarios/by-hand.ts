import { dispatchEvent } from '../../stand-ins/github/events/pull-request.ts';
import { finding, oneSuccess } from './case-facts.ts';
import {
  approvals,
  deliver,
  haveReviewers,
  leftoverFact,
  type Scenario,
  stackNames,
} from './scenario.ts';

const WORKFLOW = 'by-hand.yml';
/** The name of the environment in the example. */
export const ENVIRONMENT = 'eks-multus-lab';

/** Starts the example, as a person does. Its logs are named `by-hand-<name>`. */
export function byHand(scenario: Scenario, what: string, name = what) {
  const event = dispatchEvent(WORKFLOW, { what, environment: ENVIRONMENT });
  return deliver(scenario, event, `by-hand-${name}`);
}

/**
 * Plan, deploy and destroy, started from the form. The environment has reviewers. They are away during the plan and the first
 * deploy.
 */
export async function rehearseByHand(scenario: Scenario): Promise<void> {
  const { gate } = scenario.site;
  haveReviewers(scenario);
  gate.reviewersPresent = false;
  const planned = await byHand(scenario, 'plan');
  const plan = {
    ...oneSuccess(planned),
    ...approvals(scenario, 'by-hand-plan', 0),
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
    ...approvals(scenario, 'by-hand-deploy', 1),
    [`stacks ${ENVIRONMENT}, ${ENVIRONMENT}-ng1`]:
      (await stackNames(scenario)).join() === `${ENVIRONMENT},${ENVIRONMENT}-ng1`,
    'the verdict is passed': deployed[0]?.outputs['result'] === 'passed',
  };
  scenario.found(finding('Deploy', deploy, deployed));
  await destroyTwice(scenario);
}

/** Destroy of what may exist, then of nothing. */
export async function destroyTwice(scenario: Scenario): Promise<void> {
  for (const time of ['once', 'twice']) {
    const runs = await byHand(scenario, 'destroy', `destroy-${time}`);
    const facts = {
      ...oneSuccess(runs),
      ...(await leftoverFact(scenario)),
    };
    scenario.found(finding(`Destroy, ${time}`, facts, runs));
  }
}
