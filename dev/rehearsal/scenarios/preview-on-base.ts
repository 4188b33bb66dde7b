import { isDeepStrictEqual } from 'node:util';
import type { Report } from '../../../src/connectivity/report/report.ts';
import { ENVIRONMENT_LABEL } from '../../../src/environment/shared-cluster.ts';
import type { WorkflowResult } from '../../stand-ins/github/act-log.ts';
import { newPullRequest, type PullRequest } from '../../stand-ins/github/api/state.ts';
import { type BaseState, baseState } from './base-state.ts';
import { byHand } from './by-hand.ts';
import { type Facts, finding, noMoreThan, oneSuccess } from './case-facts.ts';
import { destroyed, LABEL, previewName, standing } from './preview-facts.ts';
import { applicationFacts, outputFacts } from './previews/application-facts.ts';
import { cleanedEnvironments } from './previews/clean-environments.ts';
import { rehearseFailure } from './previews/failed-preview.ts';
import { sleepsAtNight } from './previews/sleep.ts';
import { commentsOn, happens, leftoverFact, type Scenario, stackNames } from './scenario.ts';
import { ENVIRONMENT as BASE } from './set-up.ts';

/** The prefix of previews' names. */
const PREVIEWS = 'eks-multus-pr';
/** The pull request of this scenario changes what its previews are for. */
const FILES = ['deploy/values.yaml', 'README.md'];

/**
 * A base, and a preview that joins its cluster, with an application of the user's own, and leaves again. Drafts and pull requests that
 * change other files get none.
 */
export async function rehearsePreviewOnBase(scenario: Scenario): Promise<void> {
  const made = await byHand(scenario, 'deploy');
  const base = {
    ...oneSuccess(made),
    'its verdict is passed': made[0]?.outputs['result'] === 'passed',
  };
  scenario.found(finding('The base', base, made));
  const before = await baseState(scenario, BASE, PREVIEWS);
  const account = await scenario.world.inventory();

  const pull = newPullRequest(71, { labels: [LABEL], files: FILES });
  await getNone(scenario, pull);
  const opened = await happens(scenario, pull, 'ready_for_review');
  const up = {
    ...(await onBase(scenario, pull, opened, before)),
    ...outputFacts(pull, opened, BASE),
  };
  scenario.found(finding('Ready for review', up, opened));
  const application = await applicationFacts(scenario, pull, scenario.kubectl(BASE));
  scenario.found(finding('Own chart, deployed and tested', application, opened));
  await refusedDestroy(scenario, previewName(pull));
  await rehearseFailure(scenario);

  const closed: PullRequest = { ...pull, state: 'closed' };
  const gone = await happens(scenario, closed, 'closed');
  const after = await baseState(scenario, BASE, PREVIEWS);
  const facts = {
    ...(await destroyed(scenario, closed, gone)),
    ...same(before, after),
    'rows of aws-auth as before': after.mapRoles === before.mapRoles,
    'no namespace of it': !(await namespaces(scenario)).includes(previewName(pull)),
    ...noMoreThan(account, await scenario.world.inventory(), 'leftovers beside the base'),
  };
  scenario.found(finding('Closed', facts, gone));

  await comesBack(scenario, pull);
  await cleanedEnvironments(scenario);
  const end = await byHand(scenario, 'destroy');
  const nothing = {
    ...oneSuccess(end),
    ...(await leftoverFact(scenario)),
  };
  scenario.found(finding('The base, destroyed', nothing, end));
}

/** Who gets no preview, with `drafts: false` and `paths`. */
async function getNone(scenario: Scenario, pull: PullRequest): Promise<void> {
  const draft = { ...pull, draft: true };
  const other = newPullRequest(70, { labels: [LABEL], files: ['docs/deploy.md'] });
  for (const [what, one, told] of [
    ['A draft', draft, /is a draft\. It gets a preview once it is ready for review/],
    ['Other files', other, /changes none of deploy\/\*\*/],
  ] as const) {
    const before = await stackNames(scenario);
    const runs = await happens(scenario, one, 'opened');
    const facts = {
      ...oneSuccess(runs),
      [`notice: ${runs[0]?.notices[0] ?? 'none'}`]: told.test(runs[0]?.notices[0] ?? ''),
      'no comment': commentsOn(scenario, one.number).length === 0,
      'no stack more': (await stackNames(scenario)).join() === before.join(),
    };
    scenario.found(finding(`${what}: skipped`, facts, runs));
  }
}

/** The way back that the comment tells: reopened. Then the preview sleeps and wakes, and goes as its pull request becomes a draft. */
async function comesBack(scenario: Scenario, pull: PullRequest): Promise<void> {
  const stacks = [`${previewName(pull)}-ng1`];
  const reopened = await happens(scenario, pull, 'reopened');
  const back = await standing(scenario, pull, reopened, stacks);
  scenario.found(finding('Reopened', back, reopened));
  const awake = await sleepsAtNight(scenario, pull, stacks);
  const draft = { ...awake, draft: true };
  const gone = await happens(scenario, draft, 'converted_to_draft');
  const facts = {
    ...(await destroyed(scenario, draft, gone)),
    'the comment says why, and the way back': /is a draft now[\s\S]*ready for review/.test(
      commentsOn(scenario, pull.number)[0] ?? '',
    ),
  };
  scenario.found(finding('A draft again', facts, gone));
}

async function onBase(
  scenario: Scenario,
  pull: PullRequest,
  runs: readonly WorkflowResult[],
  before: BaseState,
): Promise<Facts> {
  const name = previewName(pull);
  const kubectl = scenario.kubectl(BASE);
  const names = async (...what: readonly string[]) =>
    (await kubectl('get', ...what, '-o', 'name')).trim().split('\n');
  const own = await names('nodes', '-l', `${ENVIRONMENT_LABEL}=${name}`);
  const report = JSON.parse(runs[0]?.outputs['report'] ?? '{}') as Partial<Report>;
  const used = new Set(report.pods?.map(({ node }) => `node/${node}`));
  const now = await baseState(scenario, BASE, PREVIEWS);
  return {
    ...(await standing(scenario, pull, runs, [`${name}-ng1`])),
    'the comment says whose cluster it is': commentsOn(scenario, pull.number)
      .join()
      .includes(`belongs to ${BASE}`),
    'its networks are in its own namespace':
      (await names('net-attach-def', '-n', name)).length === 2 &&
      report.networks?.every(({ id }) => id.startsWith(`${name}/`)) === true,
    [`its ${own.length} node has the label, and all pods`]:
      own.length === 1 && used.size === 1 && used.has(own[0] ?? ''),
    'rows of aws-auth as before': now.mapRoles === before.mapRoles,
    ...same(before, { ...now, objects: withoutNodes(now, own) }),
  };
}

/** Destroying the base is refused while another environment uses its cluster. */
async function refusedDestroy(scenario: Scenario, name: string): Promise<void> {
  const before = await stackNames(scenario);
  const runs = await byHand(scenario, 'destroy', 'destroy-refused');
  const [error = ''] = runs[0]?.errors ?? [];
  const facts = {
    'the run fails': runs.length === 1 && runs[0]?.succeeded === false,
    [`its only error: ${error.split('\n')[0]}`]:
      runs[0]?.errors.length === 1 && error.includes(`on its cluster: ${name}`),
    'no stack less': (await stackNames(scenario)).join() === before.join(),
  };
  scenario.found(finding('Destroy of the base: refused', facts, runs));
}

/** Checks that each part of the base is as before. */
function same(before: BaseState, now: BaseState): Facts {
  return {
    "the base's stacks as before": isDeepStrictEqual(now.stacks, before.stacks),
    ...Object.fromEntries(
      Object.entries(before.objects).map(([kind, objects]) => [
        `its ${objects.length} ${kind} as before`,
        isDeepStrictEqual(now.objects[kind], objects),
      ]),
    ),
  };
}

function withoutNodes({ objects }: BaseState, own: readonly string[]): BaseState['objects'] {
  const { nodes = [], ...rest } = objects;
  const others = nodes.filter((node) => !own.includes(`node/${(node as { name: string }).name}`));
  return { ...rest, nodes: others };
}

async function namespaces(scenario: Scenario): Promise<readonly string[]> {
  const text = await scenario.kubectl(BASE)('get', 'namespaces', '-o', 'name');
  return text.split('\n').map((line) => line.replace('namespace/', ''));
}
