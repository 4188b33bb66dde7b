import type { WorkflowResult } from '../../stand-ins/github/act-log.ts';
import type { Issue } from '../../stand-ins/github/api/state.ts';
import { dispatchEvent, scheduleEvent } from '../../stand-ins/github/events/pull-request.ts';
import { readNodes } from '../fixtures/nodes.ts';
import { byHand, destroyTwice } from './by-hand.ts';
import { type Facts, finding, oneSuccess } from './case-facts.ts';
import { approvals, commentsOn, deliver, haveReviewers, type Scenario } from './scenario.ts';
import { ENVIRONMENT } from './set-up.ts';

const WORKFLOW = 'scheduled-maintenance.yml';
const LABEL = 'multus-maintenance';
/** A day after the release of the images that the nodes have. */
const NEWER_IMAGES = '2026-11-20';

/**
 * An environment that lives long: well, with wrong addresses, still so, mended, with older AMIs than the recommended
 * ones, and renewed. The environment of deploys has reviewers, who are away during the maintenance.
 */
export async function rehearseMaintenance(scenario: Scenario): Promise<void> {
  const { gate } = scenario.site;
  const deployed = await byHand(scenario, 'deploy');
  scenario.found(finding('Deploy', oneSuccess(deployed), deployed));
  haveReviewers(scenario);
  gate.reviewersPresent = false;
  await isWell(scenario);
  await breaks(scenario);
  await isWellAgain(scenario);
  await hasOlderImages(scenario);
  gate.reviewersPresent = true;
  await destroyTwice(scenario, 1);
}

async function isWell(scenario: Scenario): Promise<void> {
  const runs = await maintained(scenario, 'well');
  const facts = {
    ...resultFact(runs, 'well'),
    ...approvals(scenario, 0, 'maintain-well'),
    'no issue': issues(scenario).length === 0,
    'the summary says how old the AMIs are, and by which source':
      /released 2026-09-01.*\| 0 \|/.test(summaryOf(runs)) &&
      /DescribeImages of EC2.*the SSM parameter `\/aws\/service\/eks\//.test(summaryOf(runs)),
    'no node is replaced outside of the window': /is closed, so no node is replaced/.test(
      runs[0]?.log ?? '',
    ),
  };
  scenario.found(finding('Healthy', facts, runs));
}

const BREAK = 'cd /etc/cni/multus/eni-prefix; cp eth1.json /run/eth1.json; cp eth2.json eth1.json';
const MEND = 'mv /run/eth1.json /etc/cni/multus/eni-prefix/eth1.json';

/** The node allocates addresses of its second network for the first one: the fault "pod on the wrong network". */
async function breaks(scenario: Scenario): Promise<void> {
  await onNode(scenario, BREAK);
  const first = await maintained(scenario, 'broken');
  const [issue] = issues(scenario);
  const opened = {
    ...resultFact(first, 'not-well'),
    ...issueFacts(scenario, 1, 1),
    'the output has its address': first[0]?.outputs['issue-url'] === urlOf(scenario, issue),
    'it says what, and why': /address-in-range[\s\S]* is assigned to eni-\w+ \(eth2 of /.test(
      issue?.body ?? '',
    ),
    'it says since when, and when it was last well':
      /Not well since \S+ \S+ UTC \(.*The last run that found it well was at /.test(
        issue?.body ?? '',
      ),
  };
  scenario.found(finding('Wrong addresses: one issue is opened', opened, first));

  const again = await maintained(scenario, 'still-broken');
  const updated = {
    ...resultFact(again, 'not-well'),
    ...issueFacts(scenario, 1, 1),
    'since the same time': sinceOf(issues(scenario)[0]) === sinceOf(issue),
    'its text has three results': resultRows(issues(scenario)[0]) === 3,
  };
  scenario.found(finding('Still wrong: the same issue is updated', updated, again));
}

async function isWellAgain(scenario: Scenario): Promise<void> {
  await onNode(scenario, MEND);
  const runs = await maintained(scenario, 'mended');
  const [issue] = issues(scenario);
  const facts = {
    ...resultFact(runs, 'well'),
    ...issueFacts(scenario, 1, 0),
    'closed as completed': issue?.stateReason === 'completed',
    'a comment says that it is well again': /^Well again: /.test(
      commentsOn(scenario, issue?.number ?? 0).at(-1) ?? '',
    ),
  };
  scenario.found(finding('Mended: the issue is closed', facts, runs));
}

/** EKS releases images. The schedule only tells; a start by hand replaces the node. */
async function hasOlderImages(scenario: Scenario): Promise<void> {
  scenario.world.aws.eksImages.release(NEWER_IMAGES);
  const told = await maintained(scenario, 'older-images');
  const before = await readNodes(scenario.kubectl(ENVIRONMENT));
  const days = {
    ...resultFact(told, 'well'),
    'the summary says 80 days behind': /\| 80 \|/.test(summaryOf(told)),
    'no issue is open': openIssues(scenario).length === 0,
  };
  scenario.found(finding('Newer AMIs, outside of the window', days, told));

  const event = dispatchEvent(WORKFLOW, { renew: 'true' });
  const runs = await deliver(scenario, event, 'maintain-renew');
  const after = await readNodes(scenario.kubectl(ENVIRONMENT));
  const kept = after.filter(({ instanceId }) =>
    before.some((one) => one.instanceId === instanceId),
  );
  const renewed = {
    ...resultFact(runs, 'well'),
    [`${after.length} of ${before.length} nodes, of which ${kept.length} were there before`]:
      after.length === before.length && kept.length === 0,
    'no interface is left behind': /, 0 left behind, 0 addresses on two of them/.test(
      runs[0]?.log ?? '',
    ),
  };
  scenario.found(finding('In the window: the nodes are renewed', renewed, runs));
  const last = await maintained(scenario, 'renewed');
  const fresh = {
    ...resultFact(last, 'well'),
    'the summary says 0 days behind': /\| 0 \|/.test(summaryOf(last)),
  };
  scenario.found(finding('Afterwards', fresh, last));
}

/** The run of a schedule. Its logs are named `maintain-<name>`. */
function maintained(scenario: Scenario, name: string): Promise<readonly WorkflowResult[]> {
  return deliver(scenario, scheduleEvent(WORKFLOW), `maintain-${name}`);
}

function resultFact(runs: readonly WorkflowResult[], result: 'well' | 'not-well'): Facts {
  return {
    ...oneSuccess(runs),
    [`the result is ${result}`]: runs[0]?.outputs['result'] === result,
  };
}

/** The issues with the label, oldest first. */
function issues({ site }: Scenario): readonly Issue[] {
  return [...site.state.issues.values()].filter(({ labels }) => labels.includes(LABEL));
}

function openIssues(scenario: Scenario): readonly Issue[] {
  return issues(scenario).filter(({ state }) => state === 'open');
}

function issueFacts(scenario: Scenario, all: number, open: number): Facts {
  return {
    [`${issues(scenario).length} issue, ${openIssues(scenario).length} open`]:
      issues(scenario).length === all && openIssues(scenario).length === open,
  };
}

function urlOf({ site }: Scenario, issue: Issue | undefined): string {
  return `https://github.com/${site.state.name}/issues/${issue?.number}`;
}

function sinceOf(issue: Issue | undefined): string | undefined {
  return /Not well since (\S+ \S+) UTC/.exec(issue?.body ?? '')?.[1];
}

function resultRows(issue: Issue | undefined): number {
  return issue?.body.match(/\| [✅❌] /gu)?.length ?? 0;
}

function summaryOf(runs: readonly WorkflowResult[]): string {
  return runs[0]?.summary ?? '';
}

/** Runs a shell script on the environment's only node, by the pod of thick Multus there. */
async function onNode(scenario: Scenario, script: string): Promise<void> {
  const kubectl = scenario.kubectl(ENVIRONMENT);
  const pods = [
    '-n',
    'kube-system',
    '-l',
    'name=multus',
    '-o',
    'jsonpath={.items[0].metadata.name}',
  ];
  const pod = await kubectl('get', 'pods', ...pods);
  const inNode = ['chroot', '/hostroot', 'sh', '-ec', script];
  await scenario.progress.step(`on the node: ${script}`, () =>
    kubectl('exec', '-n', 'kube-system', pod, '--', ...inNode),
  );
}
