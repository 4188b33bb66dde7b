import { isGuard } from '../../../src/environment/guard-stack.ts';
import type { WorkflowResult } from '../../stand-ins/github/act-log.ts';
import type { PullRequest } from '../../stand-ins/github/api/state.ts';
import { type Facts, oneSuccess } from './case-facts.ts';
import { commentsOn, deploymentsTo, type Scenario, stackNames } from './scenario.ts';

export const LABEL = 'multus-preview';

export function previewName({ number }: PullRequest): string {
  return `eks-multus-pr-${number}`;
}

/** The comments about the state of a pull request's preview, oldest first: no warnings. */
export function stateComments(scenario: Scenario, { number }: PullRequest): readonly string[] {
  return commentsOn(scenario, number).filter((body) => /^### Multus preview /m.test(body));
}

/** When the comment says that a preview expires, in milliseconds since 1970. */
export function expiryOf(scenario: Scenario, pull: PullRequest): number {
  const [comment = ''] = stateComments(scenario, pull);
  return Date.parse(/<!-- expires-at (\S+) -->/.exec(comment)?.[1] ?? '');
}

/** The state of a pull request's preview: stacks, guards, comments and deployment states, oldest first. */
async function seen(scenario: Scenario, pull: PullRequest) {
  const name = previewName(pull);
  const all = (await stackNames(scenario)).filter((stack) => stack.startsWith(name));
  return {
    name,
    stacks: all.filter((stack) => !isGuard({ name: stack })).join(),
    guards: all.filter((stack) => isGuard({ name: stack })).join(),
    comments: stateComments(scenario, pull),
    deployments: deploymentsTo(scenario, name),
  };
}

/** Facts about one of several pull requests, labelled with its number. */
function of({ number }: PullRequest, facts: Facts): Facts {
  return Object.fromEntries(
    Object.entries(facts).map(([fact, holds]) => [`#${number}: ${fact}`, holds]),
  );
}

/** Facts about a running preview with exactly these stacks. */
export async function standing(
  scenario: Scenario,
  pull: PullRequest,
  runs: readonly WorkflowResult[],
  wanted: readonly string[] = [previewName(pull), `${previewName(pull)}-ng1`],
): Promise<Facts> {
  const { stacks, comments, deployments } = await seen(scenario, pull);
  const [comment = ''] = comments;
  return of(pull, {
    ...oneSuccess(runs),
    [`stacks ${wanted.join(', ')}`]: stacks === wanted.join(),
    'one comment, which says that it is ready and of which commit':
      comments.length === 1 &&
      /: ready$/m.test(comment) &&
      comment.includes(`\`${pull.headSha.slice(0, 7)}\``),
    'it says that all checks passed, and links the report that was kept':
      /✅ all \d+ checks passed/.test(comment) &&
      comment.includes(`[report](${runs[0]?.outputs['artifact-url']})`),
    'it says what the preview costs, and when it expires':
      /^\| Price \| \d+\.\d{3} dollars per hour/m.test(comment) && /^\| Expires \|/m.test(comment),
    'the newest deployment succeeded, earlier ones are inactive': /^(inactive,)*success$/.test(
      deployments.join(),
    ),
  });
}

/** Facts about a preview that a run has destroyed. */
export async function destroyed(
  scenario: Scenario,
  pull: PullRequest,
  runs: readonly WorkflowResult[],
): Promise<Facts> {
  return { ...of(pull, oneSuccess(runs)), ...(await isGone(scenario, pull)) };
}

/** Facts about a preview that is gone, whether or not the run that destroyed it succeeded. */
export async function isGone(scenario: Scenario, pull: PullRequest): Promise<Facts> {
  const { stacks, guards, comments, deployments } = await seen(scenario, pull);
  return of(pull, {
    'no stack': stacks + guards === '',
    'one comment, which says so, and how to get it back':
      comments.length === 1 &&
      /: destroyed$/m.test(comments[0] ?? '') &&
      /^\| To get it back \|/m.test(comments[0] ?? ''),
    'deployments inactive':
      deployments.length > 0 && deployments.every((state) => state === 'inactive'),
  });
}

/** The nodes of a preview: their addresses are from its own VPC, and they are Ready. */
export async function ownNodes({ kubectl }: Scenario, pull: PullRequest): Promise<Facts> {
  const listed = await kubectl(previewName(pull))('get', 'nodes', '--no-headers');
  const nodes = listed.split('\n').map((line) => line.split(/\s+/).slice(0, 2).join(' '));
  const own = new RegExp(`^ip-10-${pull.number}-\\S+ Ready$`);
  return of(pull, { [`nodes ${nodes.join(', ')}`]: nodes.every((node) => own.test(node)) });
}
