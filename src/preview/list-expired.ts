import { HOUR_MS, minuteOf } from '../core/clock.ts';
import { belongsTo } from '../environment/owner.ts';
import { ownerOf } from '../environment/tags.ts';
import { type Markdown, md, table } from '../github/markdown.ts';
import { branchExists, type PullRequestFacts, readPullRequest } from '../github/pull-request.ts';
import { putStickyComment, readStickyComment } from '../github/sticky-comment.ts';
import { commentMarker } from './comment.ts';
import { expiresSoon, latest, markedExpiry, warningMarkdown, warningMarker } from './expiry.ts';
import type { ExpiredEnvironment } from './outputs.ts';
import type { Session } from './session.ts';
import { environmentsOf, type TaggedEnvironment } from './tagged-environments.ts';

/**
 * Finds the environments of this repository that have to be destroyed, and says why. Warns of those that expire within
 * `warn-hours`. Destroys nothing.
 */
export async function listExpired(session: Session): Promise<void> {
  const { inputs, run, log } = session;
  const all = environmentsOf(await session.stacks.list(), inputs.serviceRole);
  for (const { name, foreign } of all) {
    // Stacks of other repositories may well have another role.
    const claims = foreign.filter(({ tags }) => belongsTo(ownerOf(tags), run));
    if (claims.length > 0) log.warn(notBelieved(name, claims, inputs.serviceRole));
  }
  const own = all.filter((one) => belongsTo(one, run));
  const judged = [];
  for (const found of own) {
    const environment = await renewed(session, found);
    const pull = await pullRequestStateOf(session, environment);
    const reason = reasonToDestroy(environment, pull, session.now());
    judged.push({ environment, reason });
    if (reason === undefined) await warn(session, environment);
  }
  const environments = judged.flatMap(({ environment, reason }) =>
    reason === undefined ? [] : [expired(environment, reason)],
  );
  for (const { name, reason } of environments) log.info(`${name}: ${reason}`);
  session.setOutputs({ environments });
  const rows = judged.map(({ environment, reason }) => row(environment, reason));
  const title = md`## Environments of ${run.repository} in ${inputs.region ?? ''}`.text;
  const shown =
    rows.length === 0
      ? 'None.'
      : table(['Environment', 'Pull request', 'Expires', 'Stacks', 'To be destroyed'], rows);
  await session.addSummary(`${title}\n\n${shown}\n`);
}

/** An environment with the expiry that its comment has, if that is later than its tag. Reads the comment only when it matters. */
async function renewed(
  session: Session,
  environment: TaggedEnvironment,
): Promise<TaggedEnvironment> {
  const { name, pullRequest, expiresAt } = environment;
  const sooner = session.now() + session.inputs.warnHours * HOUR_MS;
  const matters = expiresAt !== undefined && expiresAt <= sooner;
  if (pullRequest === undefined || !matters) return environment;
  const comment = await readStickyComment(session.github, pullRequest, commentMarker(name));
  return { ...environment, expiresAt: latest([expiresAt, markedExpiry(comment)]) };
}

async function warn(
  { github, inputs, log, now }: Session,
  { name, pullRequest, expiresAt }: TaggedEnvironment,
): Promise<void> {
  if (pullRequest === undefined || expiresAt === undefined) return;
  if (!expiresSoon(expiresAt, inputs.warnHours, now())) return;
  log.info(`${name}: expires at ${minuteOf(expiresAt)}; its pull request is told`);
  const marker = warningMarker(name, expiresAt);
  await putStickyComment(github, pullRequest, marker, warningMarkdown(name, expiresAt));
}

function notBelieved(
  environment: string,
  stacks: readonly { readonly name: string }[],
  serviceRole: string | undefined,
): string {
  const role = serviceRole === undefined ? "the role of the environment's own stack" : serviceRole;
  return `The tags of these stacks say that they belong to ${environment}, and are not believed: ${stacks.map(({ name }) => name).join(', ')}. A stack counts when its name begins with the environment's and CloudFormation uses ${role} for it`;
}

/** What GitHub says about the pull request of an environment. */
export interface PullRequestState {
  /** Undefined when the pull request does not exist. */
  readonly facts: PullRequestFacts | undefined;
  /** Whether the pull request's branch exists. */
  readonly branchExists: boolean;
}

async function pullRequestStateOf(
  { github, run }: Session,
  { pullRequest }: TaggedEnvironment,
): Promise<PullRequestState | undefined> {
  if (pullRequest === undefined) return undefined;
  const facts = await readPullRequest(github, pullRequest);
  // The token cannot see the branches of a fork.
  const ours = facts?.open === true && facts.headRepository === run.repository;
  return { facts, branchExists: ours ? await branchExists(github, facts.headBranch) : true };
}

/**
 * Why an environment has to be destroyed; undefined when it may stay. Pure.
 *
 * @param pull undefined for an environment that was not made for a pull request
 * @param now milliseconds since 1970
 */
export function reasonToDestroy(
  environment: TaggedEnvironment,
  pull: PullRequestState | undefined,
  now: number,
): string | undefined {
  const { expiresAt } = environment;
  if (expiresAt !== undefined && expiresAt <= now) {
    return `expired at ${new Date(expiresAt).toISOString().slice(0, 16)}Z`;
  }
  if (pull === undefined) return undefined;
  const name = `pull request #${environment.pullRequest}`;
  if (pull.facts === undefined) return `${name} does not exist`;
  if (pull.facts.merged) return `${name} is merged`;
  if (!pull.facts.open) return `${name} is closed`;
  return pull.branchExists ? undefined : `branch ${pull.facts.headBranch} is gone`;
}

function expired({ name, pullRequest }: TaggedEnvironment, reason: string): ExpiredEnvironment {
  return { name, 'pull-request': String(pullRequest ?? ''), reason };
}

function row(
  environment: TaggedEnvironment,
  reason: string | undefined,
): readonly (string | Markdown)[] {
  const { name, pullRequest, expiresAt, stacks } = environment;
  return [
    name,
    pullRequest === undefined ? '' : md`#${pullRequest}`,
    expiresAt === undefined ? 'never' : `${new Date(expiresAt).toISOString().slice(0, 16)}Z`,
    stacks.map((stack) => `${stack.name} ${stack.status}`).join('\n'),
    reason ?? 'no',
  ];
}
