import { dispatchEvent } from '../../stand-ins/github/events/pull-request.ts';
import { finding, oneSuccess } from './case-facts.ts';
import { deliver, leftoverFact, type Scenario, stackNames } from './scenario.ts';

const WORKFLOW = 'by-hand.yml';
/** The name of the environment in the example. */
export const ENVIRONMENT = 'eks-multus-lab';

/** Starts the example, as a person does. Its logs are named `by-hand-<name>`. */
export function byHand(scenario: Scenario, what: string, name = what) {
  const event = dispatchEvent(WORKFLOW, { what, environment: ENVIRONMENT });
  return deliver(scenario, event, `by-hand-${name}`);
}

/** Plan, deploy and destroy, started from the form. */
export async function rehearseByHand(scenario: Scenario): Promise<void> {
  const planned = await byHand(scenario, 'plan');
  const plan = {
    ...oneSuccess(planned),
    'it says what there would be': planned[0]?.outputs['has-changes'] === 'true',
    ...(await leftoverFact(scenario)),
  };
  scenario.found(finding('Plan', plan, planned));
  const deployed = await byHand(scenario, 'deploy');
  const deploy = {
    ...oneSuccess(deployed),
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
