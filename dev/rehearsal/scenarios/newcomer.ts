import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { WorkflowResult } from '../../stand-ins/github/act-log.ts';
import { newPullRequest, type PullRequest } from '../../stand-ins/github/api/state.ts';
import { dispatchEvent } from '../../stand-ins/github/events/pull-request.ts';
import { adapt, PACK } from '../../stand-ins/github/repositories.ts';
import { forAct } from '../../stand-ins/github/workflow-text.ts';
import { type BlockName, blockNames, readmeBlock } from '../../testing/contract/readme-blocks.ts';
import { type Desk, startDesk } from '../../testing/desk/desk.ts';
import { pushedFiles } from '../../testing/desk/pushed.ts';
import { ACCOUNT, REGION } from '../account-view.ts';
import { LOG_FOLDER } from '../run-folder.ts';
import { type Facts, finding, oneSuccess } from './case-facts.ts';
import { destroyed, LABEL, previewName } from './preview-facts.ts';
import { receivePush } from './receive-push.ts';
import {
  commentsOn,
  deliver,
  happens,
  leftoverFact,
  type Scenario,
  stackNames,
} from './scenario.ts';

const ENVIRONMENT = 'eks-multus-lab';
const MOST_DECISIONS = 10;
/** The VPCs of a rehearsal share one network, so the range of the preview must be another one. */
const PREVIEW_RANGE = { 'preview.yml': { 'vpc-cidr': '10.72.0.0/16' } };

/**
 * From an empty repository and account to a verified environment, a preview with an application, and back. Every command
 * is the README's.
 */
export async function rehearseNewcomer(scenario: Scenario): Promise<void> {
  const { site, world } = scenario;
  const desk = await startDesk({
    api: site.api,
    repository: site.state.name,
    account: world.client,
    folder: join(world.act.root, 'desk'),
  });
  const walk: Walk = { scenario, desk, ran: [], decisions: [] };
  await setUp(walk);
  await firstRuns(walk);
  await connectByHand(walk);
  await previewWithApplication(walk);
  await takeDown(walk);
}

interface Walk {
  readonly scenario: Scenario;
  readonly desk: Desk;
  /** The blocks of the README that were run. */
  readonly ran: BlockName[];
  /** What the newcomer decided so far. */
  readonly decisions: string[];
}

/** Runs a block of the README, as the newcomer types it. What it pushes are the workflows of the site from then on. */
async function block(
  { desk, ran, scenario: { site } }: Walk,
  name: BlockName,
  answers?: readonly string[],
): Promise<string> {
  const commands = readmeBlock(name).replaceAll('OWNER/eks-multus-actions', PACK);
  const printed = await desk.type(commands, answers);
  ran.push(name);
  const adaptation = { account: ACCOUNT, inputs: PREVIEW_RANGE };
  await receivePush(desk.origin, site.folder, (text) =>
    forAct(adapt(text, adaptation), site.pack.source),
  );
  return printed;
}

/** Notes what the set-up says that the newcomer decided. */
function decided({ decisions }: Walk, printed: string): void {
  const [, words = ''] = /You made \d+ decisions: ([\w -]+)\./.exec(printed) ?? [];
  decisions.push(...words.split(' ').filter((word) => word !== ''));
}

async function setUp(walk: Walk): Promise<void> {
  const { scenario } = walk;
  const printed = await block(walk, 'set up', [REGION, 'branch', '', 'yes']);
  decided(walk, printed);
  await block(walk, 'commit');
  const doctor = await walk.desk.type('bash setup.sh --doctor').catch(String);
  const { environments, variables } = scenario.site.state;
  const facts = {
    'the stack of the roles': (await stackNames(scenario)).join() === 'github-for-eks-multus',
    'the environment eks-multus admits main only':
      String(environments.get('eks-multus')?.deployers) === 'main',
    'the newcomer administers the clusters':
      variables.get('EKS_MULTUS_ADMINS')?.endsWith(':user/ann') === true,
    'the doctor finds no problem': doctor.includes('\n0 problems.'),
  };
  scenario.found(finding('Set up, commit', facts, []));
}

/** Runs the workflows that the newcomer has started since the last look. */
async function started({ site, ...scenario }: Scenario): Promise<readonly WorkflowResult[]> {
  const results: WorkflowResult[] = [];
  for (const { workflow, inputs } of site.state.dispatches.splice(0)) {
    const event = dispatchEvent(workflow, { environment: ENVIRONMENT, ...inputs });
    results.push(...(await deliver({ site, ...scenario }, event, `newcomer-${inputs['what']}`)));
  }
  return results;
}

async function firstRuns(walk: Walk): Promise<void> {
  const { scenario } = walk;
  await block(walk, 'check and plan');
  const looked = await started(scenario);
  const nothing = {
    'two runs, which succeed': looked.length === 2 && looked.every(({ succeeded }) => succeeded),
    'nothing is made': (await stackNames(scenario)).join() === 'github-for-eks-multus',
  };
  scenario.found(finding('Check and plan', nothing, looked));
  await block(walk, 'deploy');
  const deployed = await started(scenario);
  const facts = {
    ...oneSuccess(deployed),
    'the verdict is passed': deployed[0]?.outputs['result'] === 'passed',
  };
  scenario.found(finding('Deploy', facts, deployed));
}

async function connectByHand(walk: Walk): Promise<void> {
  const printed = await block(walk, 'connect');
  const facts = {
    'kubectl of the newcomer shows a Ready node': /^node\/\S+ +Ready/m.test(printed),
    'and the networks': ['signalling', 'media'].every((name) => printed.includes(`/${name} `)),
  };
  walk.scenario.found(finding('Connect from an own machine', facts, []));
}

async function previewWithApplication(walk: Walk): Promise<void> {
  const { decisions, scenario } = walk;
  decided(walk, await block(walk, 'add previews', ['yes']));
  const hasLabel = scenario.site.state.labels.has(LABEL);
  decisions.push('label');
  const pull = newPullRequest(72, { labels: [LABEL], headRepository: scenario.site.state.name });
  const opened = await happens(scenario, pull, 'opened');
  const log = opened.map((one) => one.log).join('\n');
  const comment = commentsOn(scenario, pull.number)[0] ?? '';
  // dev/tools/pictures.ts shows it in the README.
  writeFileSync(join(LOG_FOLDER, 'newcomer-comment.md'), comment);
  const facts: Facts = {
    [`the label ${LABEL} is there`]: hasLabel,
    'the run of the preview succeeds': opened.every(({ succeeded }) => succeeded),
    'the application is on the network': /\[Application\] \d+: net1 +inet 10\.72\./.test(log),
    'the comment says who may connect': /as eks-multus-user or ann: /.test(
      comment.replaceAll('\\', ''),
    ),
  };
  scenario.found(finding('Preview with an application', facts, opened));
  const closed: PullRequest = { ...pull, state: 'closed' };
  const gone = await happens(scenario, closed, 'closed');
  const end = {
    'the preview is gone': !(await stackNames(scenario)).some((name) =>
      name.startsWith(previewName(pull)),
    ),
    ...(await destroyed(scenario, closed, gone)),
  };
  scenario.found(finding('Pull request closed', end, gone));
}

async function takeDown(walk: Walk): Promise<void> {
  const { desk, decisions, ran, scenario } = walk;
  const refused = await desk.type('bash setup.sh --undo --yes').catch(String);
  await block(walk, 'destroy');
  const runs = await started(scenario);
  await block(walk, 'undo', ['yes']);
  decisions.push('confirmation');
  const left = [...(await pushedFiles(desk.origin)), ...desk.files()];
  await desk.leave();
  const { environments, labels, rulesets, variables } = scenario.site.state;
  const kept = [...environments.keys(), ...rulesets, ...labels, ...variables.keys()];
  const facts = {
    ...oneSuccess(runs),
    'undo is refused while the environment exists': refused.includes(ENVIRONMENT),
    [`left of the set-up in GitHub: ${kept.join(', ') || 0}`]: kept.length === 0,
    [`files left in the repository and at the desk: ${left.join(', ') || 0}`]: left.length === 0,
    'no stack is left': (await stackNames(scenario)).length === 0,
    ...(await leftoverFact(scenario)),
    [`${ran.length} blocks of the README ran`]: ran.join() === blockNames('walk').join(),
    [`${decisions.length} decisions (at most ${MOST_DECISIONS}): ${decisions.join(', ')}`]:
      decisions.length > 0 && decisions.length <= MOST_DECISIONS,
  };
  scenario.found(finding('Take down, undo', facts, runs));
}
