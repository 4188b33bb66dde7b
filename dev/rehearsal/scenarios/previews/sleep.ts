import type { PullRequest } from '../../../stand-ins/github/api/state.ts';
import { scheduleEvent } from '../../../stand-ins/github/events/pull-request.ts';
import { finding, oneSuccess } from '../case-facts.ts';
import { previewName, standing, stateComments } from '../preview-facts.ts';
import { deliver, happens, type Scenario } from '../scenario.ts';
import { ENVIRONMENT as BASE } from '../set-up.ts';
import { deployedEarlier } from './passing-time.ts';

const WORKFLOW = 'scheduled-sleep.yml';
const EVENING = '7 19 * * *';
const AWAKE = 'multus-preview-awake';
/** More than the hours in which a deploy keeps a preview awake. */
const IDLE_HOURS = 3;

/**
 * In the evening, a preview sleeps, and then the base whose cluster it is on. A label wakes both, and keeps them awake in the next
 * evening.
 *
 * @param stacks the names of the preview's stacks
 * @returns the pull request with the label
 */
export async function sleepsAtNight(
  scenario: Scenario,
  pull: PullRequest,
  stacks: readonly string[],
): Promise<PullRequest> {
  const name = previewName(pull);
  await fallsAsleep(scenario, pull);
  const labelled = { ...pull, labels: [...pull.labels, AWAKE] };
  const woken = await happens(scenario, labelled, 'labeled', { label: AWAKE });
  const groups = await instancesOf(scenario);
  const awake = {
    ...(await standing(scenario, labelled, woken, stacks)),
    'the comment has forgotten its sleep': !stateComments(scenario, pull)
      .join()
      .includes('| Sleep |'),
    [`instances: ${groups}`]: groups === `${BASE}-ng1 1, ${name}-ng1 1`,
  };
  scenario.found(finding(`Label ${AWAKE}`, awake, woken));

  deployedEarlier(scenario, labelled, IDLE_HOURS);
  const next = await deliver(scenario, scheduleEvent(WORKFLOW, EVENING), 'next-evening');
  const still = {
    ...oneSuccess(next),
    'the label keeps it awake': next[0]?.outputs['to-turn'] === '[]',
    'and it keeps the base awake':
      next[0]?.log.includes(`environments on its cluster are awake: ${name}`) === true,
    'the same instances': (await instancesOf(scenario)) === groups,
  };
  scenario.found(finding('The next evening', still, next));
  return labelled;
}

async function fallsAsleep(scenario: Scenario, pull: PullRequest): Promise<void> {
  deployedEarlier(scenario, pull, IDLE_HOURS);
  const runs = await deliver(scenario, scheduleEvent(WORKFLOW, EVENING), 'evening');
  const comments = stateComments(scenario, pull);
  const [row = 'none'] = /^\| Sleep \| .*$/m.exec(comments[0] ?? '') ?? [];
  const groups = await instancesOf(scenario);
  const facts = {
    ...oneSuccess(runs),
    'one comment, which says that it is asleep':
      comments.length === 1 && /: asleep$/m.test(comments[0] ?? ''),
    [`since when, at what price, and how it wakes: ${row}`]:
      /no nodes since .* UTC .*It costs nothing .*push a commit or add the label/.test(row),
    [`instances: ${groups}`]: groups === `${BASE}-ng1 0, ${previewName(pull)}-ng1 0`,
  };
  scenario.found(finding('Evening: preview and base sleep', facts, runs));
}

/** The numbers of instances by the stacks of their groups. */
async function instancesOf({ world }: Scenario): Promise<string> {
  const groups = await world.scalingGroups();
  return groups
    .map(({ stack, instances }) => `${stack} ${instances.length}`)
    .sort()
    .join(', ');
}
