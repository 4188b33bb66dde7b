import type { Report } from '../connectivity/report/report.ts';
import { messageOf, PreviewError } from '../core/errors.ts';
import { REPOSITORY_TAG } from '../environment/tags.ts';
import { beginDeployment, endDeployment, removeDeployments } from '../github/deployments.ts';
import { inertMarkdown } from '../github/markdown.ts';
import { readPullRequest } from '../github/pull-request.ts';
import { editStickyComment, putStickyComment } from '../github/sticky-comment.ts';
import { commentMarkdown, commentMarker, type Verdict } from './comment.ts';
import { decide, hasLabel } from './decide.ts';
import { listExpired } from './list-expired.ts';
import { nameOf, pullRequestOf, requiredPullRequest, type Session } from './session.ts';
import { environmentsOf, type TaggedEnvironment } from './tagged-environments.ts';

/**
 * Runs the command of the input `command`.
 *
 * @throws GithubError, CloudError or PreviewError that says what to do.
 */
export async function preview(session: Session): Promise<void> {
  switch (session.inputs.command) {
    case 'decide':
      return decideOnEvent(session);
    case 'begin':
      return begin(session);
    case 'report':
      return report(session);
    case 'end':
      return end(session);
    case 'list-expired':
      return listExpired(session);
  }
}

async function decideOnEvent(session: Session): Promise<void> {
  const { inputs, log, notice, run, actor } = session;
  const event = session.event();
  const { label, namePrefix, ttlHours, prune } = inputs;
  const { decision, reason } = decide(event, { repository: run.repository, actor, label });
  const name = `${namePrefix}-${event.number}`;
  session.setOutputs({ decision, reason, name, label: label ?? '', 'ttl-hours': ttlHours, prune });
  if (decision === 'skip') notice(reason);
  else log.info(reason);
  await session.addSummary(`${inertMarkdown(reason)}\n`);
}

/**
 * Before a deploy: checks that the pull request still wants this commit deployed, because the run may have waited long
 * for its turn, and that there is room for one more preview. Then comments that the deploy begins.
 *
 * Sets `proceed` to false only when everything has been reported. After any other failure, `report` has to comment.
 *
 * @throws PreviewError when there are too many previews, or the name belongs to another repository.
 */
async function begin(session: Session): Promise<void> {
  const { github, inputs, runUrl } = session;
  const name = nameOf(session);
  const number = requiredPullRequest(session);
  const { headSha } = session.event();
  const obstacle = await whyNotToDeploy(session, number, headSha);
  if (obstacle !== undefined) {
    session.setOutputs({ proceed: false });
    session.notice(obstacle);
    await session.addSummary(`${inertMarkdown(obstacle)}\n`);
    return;
  }
  const refusal = refuse(
    environmentsOf(await session.stacks.list(), inputs.serviceRole),
    name,
    session,
  );
  const text = commentMarkdown({
    environment: name,
    state: refusal === undefined ? 'being deployed' : 'refused',
    exists: refusal === undefined,
    reason: refusal?.message,
    commit: headSha,
    runUrl,
    label: inputs.label,
    plan: inputs.plan,
  });
  if (refusal !== undefined) session.setOutputs({ proceed: false });
  await putStickyComment(github, number, commentMarker(name), text);
  if (refusal !== undefined) throw refusal;
  await beginDeployment(github, name, headSha, runUrl);
  session.setOutputs({ proceed: true });
}

/** Why this commit is no longer to be deployed; undefined when it still is. */
async function whyNotToDeploy(
  { github, inputs: { label } }: Session,
  number: number,
  headSha: string,
): Promise<string | undefined> {
  const pull = await readPullRequest(github, number);
  if (pull === undefined) return `Pull request #${number} no longer exists.`;
  if (!pull.open) return `Pull request #${number} has been closed since; nothing is deployed.`;
  if (label !== undefined && !hasLabel(pull.labels, label)) {
    return `Pull request #${number} has lost the label "${label}" since; nothing is deployed.`;
  }
  if (pull.headSha === headSha) return undefined;
  const [newer, older] = [pull.headSha.slice(0, 7), headSha.slice(0, 7)];
  return `Pull request #${number} is now at ${newer}, which has a run of its own; ${older} is not deployed.`;
}

function refuse(
  known: readonly TaggedEnvironment[],
  name: string,
  { inputs: { maxPreviews }, run }: Session,
): PreviewError | undefined {
  const existing = known.find((one) => one.name === name);
  // The stack of that name exists, whether its tags are believed or not.
  const sameName = existing?.foreign.find((stack) => stack.name === name);
  const owner = existing?.repository ?? sameName?.tags[REPOSITORY_TAG];
  if (owner !== undefined && owner !== run.repository) {
    return new PreviewError({
      resource: `environment ${name}`,
      reason: `it belongs to the repository ${owner}`,
      nextStep: 'give the previews of this repository another name-prefix',
    });
  }
  const others = known.filter(
    (one) =>
      one.repository === run.repository && one.pullRequest !== undefined && one.name !== name,
  );
  if (existing !== undefined || maxPreviews === 0 || others.length < maxPreviews) return undefined;
  return new PreviewError({
    resource: `preview ${name}`,
    reason: `there are ${others.length} previews, and max-previews is ${maxPreviews}: ${others.map((one) => one.name).join(', ')}`,
    nextStep:
      'close one of their pull requests, wait until one expires, or raise max-previews; then run this job again',
  });
}

const STATES = {
  success: { words: 'ready', deployment: 'success' },
  failure: { words: 'failed', deployment: 'failure' },
  cancelled: { words: 'cancelled', deployment: 'error' },
} as const;

/** After a deploy, however it ended: comments what there is now, and ends the GitHub deployment. */
async function report(session: Session): Promise<void> {
  const { github, inputs, runUrl } = session;
  const name = nameOf(session);
  const number = requiredPullRequest(session);
  const { words, deployment } = STATES[inputs.status];
  const commit = session.event().headSha;
  const text = commentMarkdown({
    environment: name,
    state: words,
    exists: true,
    reason: inputs.status === 'success' ? undefined : `see the run's annotations`,
    commit,
    runUrl,
    label: inputs.label,
    plan: inputs.plan,
    described: inputs.environment,
    administrators: inputs.administrators,
    verdict: await verdictOf(session),
    expiresAt: await expiryOf(session, name),
  });
  await putStickyComment(github, number, commentMarker(name), text);
  await endDeployment(github, name, commit, deployment, runUrl);
}

/** What verify's report says; undefined when there is no report. */
async function verdictOf({ inputs, readFile, runUrl }: Session): Promise<Verdict | undefined> {
  if (inputs.reportPath === undefined) return undefined;
  const { result, counts, checks } = JSON.parse(await readFile(inputs.reportPath)) as Report;
  const failed = checks.find(({ outcome }) => outcome === 'failed');
  return {
    result,
    passed: counts.passed,
    failed: counts.failed,
    failure: failed && `${failed.check} ${failed.subject}: ${failed.detail}`,
    reportUrl: inputs.reportUrl ?? runUrl,
  };
}

/** When the preview expires. The comment is written without it when AWS does not answer. */
async function expiryOf(
  { inputs, stacks, log }: Session,
  name: string,
): Promise<number | undefined> {
  try {
    const all = environmentsOf(await stacks.list(), inputs.serviceRole);
    return all.find((one) => one.name === name)?.expiresAt;
  } catch (error) {
    log.warn(`Cannot tell when ${name} expires: ${messageOf(error)}`);
    return undefined;
  }
}

/** After a destroy, however it ended: comments the outcome, and makes GitHub's deployments inactive. */
async function end(session: Session): Promise<void> {
  const { github, inputs, runUrl } = session;
  const name = nameOf(session);
  const number = pullRequestOf(session);
  const destroyed = inputs.status === 'success';
  if (number !== undefined) {
    const text = commentMarkdown({
      environment: name,
      state: destroyed ? 'destroyed' : 'could not be destroyed',
      exists: !destroyed,
      reason: inputs.reason,
      runUrl,
      label: inputs.label,
    });
    // A pull request that never had a preview gets no comment about its end.
    const comment = destroyed ? editStickyComment : putStickyComment;
    await comment(github, number, commentMarker(name), text);
  }
  if (destroyed) await removeDeployments(github, name);
}
