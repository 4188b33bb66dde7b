import { dispatchEvent } from '../github/events/pull-request.ts';
import {
  deliver,
  finding,
  leftoverFact,
  oneSuccess,
  type Scenario,
  stackNames,
} from './scenario.ts';

const WORKFLOW = 'by-hand.yml';
const ENVIRONMENT = 'eks-multus-lab';

function start(scenario: Scenario, what: string, name = what) {
  const event = dispatchEvent(WORKFLOW, { what, environment: ENVIRONMENT });
  return deliver(scenario, event, `by-hand-${name}`);
}

/** Plan, deploy and destroy from a form. */
export async function rehearseByHand(scenario: Scenario): Promise<void> {
  const planned = await start(scenario, 'plan');
  const plan = {
    ...oneSuccess(planned),
    'it says what there would be': planned[0]?.outputs['has-changes'] === 'true',
    ...(await leftoverFact(scenario)),
  };
  scenario.found(finding('Plan', plan, planned));
  const deployed = await start(scenario, 'deploy');
  const deploy = {
    ...oneSuccess(deployed),
    [`stacks ${ENVIRONMENT}, ${ENVIRONMENT}-ng1`]:
      (await stackNames(scenario)).join() === `${ENVIRONMENT},${ENVIRONMENT}-ng1`,
    'the verdict is passed': deployed[0]?.outputs['result'] === 'passed',
  };
  scenario.found(finding('Deploy', deploy, deployed));
  await destroyTwice(scenario);
}

/** Destroy of what there may be, and of nothing. */
export async function destroyTwice(scenario: Scenario): Promise<void> {
  for (const time of ['once', 'twice']) {
    const runs = await start(scenario, 'destroy', `destroy-${time}`);
    const facts = {
      ...oneSuccess(runs),
      ...(await leftoverFact(scenario)),
    };
    scenario.found(finding(`Destroy, ${time}`, facts, runs));
  }
}
