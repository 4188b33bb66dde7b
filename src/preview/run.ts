import type { Report } from '../connectivity/report/report.ts';
import { messageOf, PreviewError } from '../core/errors.ts';
import { beginDeployment, endDeployment, removeDeployments } from '../github/deployments.ts';
import { readPullRequest } from '../github/pull-request.ts';
import { editStickyComment, putStickyComment } from '../github/sticky-comment.ts';
import { commentMarkdown, commentMarker, type Verdict } from './comment.ts';
import { decide, hasLabel } from './decide.ts';
import { listExpired } from './list-expired.ts';
import { environmentsOf, type TaggedEnvironment } from './previews.ts';
import { nameOf, pullRequestOf, requiredPullRequest, type Session } from './session.ts';

/**
 * Does what `command` says.
 *
 * @throws GithubError, CloudError or PreviewError that says what to do.
 */
export async function preview(session: Session): Promise<void> {
  switch (session.inputs.command) {
    case 'decide':
      return decideAbout(session);
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

async function decideAbout(session: Session): Promise<void> {
  const { inputs, log, notice, run, actor } = session;
  const event = session.event();
  const { label } = inputs;
  const made = decide(event, { repository: run.repository, actor, label });
  const name = `${inputs['name-prefix']}-${event.number}`;
  session.setOutputs({ ...made, name });
  if (made.decision === 'skip') notice(made.reason);
  else log.info(made.reason);
  await session.addSummary(`${made.reason}\n`);
}

/**
 * Before a deploy: looks whether the pull request still wants this commit deployed, whether there is room for one more
 * preview, and tells the pull request that work begins. A run may have waited long for its turn.
 *
 * Sets `proceed` to false only when all has been said: of anything else that ends it, `report` is to tell.
 *
 * @throws PreviewError when there are too many previews, or the name belongs to another repository.
 */
export async function begin(session: Session): Promise<void> {
  const { github, runUrl, inputs } = session;
  const [name, number, event] = [nameOf(session), requiredPullRequest(session), session.event()];
  const overtaken = await overtakenBy(session, number, event.headSha);
  if (overtaken !== undefined) {
    session.setOutputs({ proceed: false });
    session.notice(overtaken);
    return session.addSummary(`${overtaken}\n`);
  }
  const tell = (state: string, exists: boolean, reason?: string) => {
    const facts = {
      environment: name,
      commit: event.headSha,
      runUrl,
      label: inputs.label,
      plan: inputs.plan,
    };
    const text = commentMarkdown({ ...facts, state, exists, reason });
    return putStickyComment(github, number, commentMarker(name), text);
  };
  const known = environmentsOf(await session.stacks.list());
  const refusal = refuse(known, name, session);
  if (refusal !== undefined) {
    session.setOutputs({ proceed: false });
    await tell('refused', false, refusal.message);
    throw refusal;
  }
  await tell('being deployed', true);
  await beginDeployment(github, name, event.headSha, runUrl);
  session.setOutputs({ proceed: true });
}

/** Why this commit is not to be deployed any more, in words. */
async function overtakenBy(
  { github, inputs: { label } }: Session,
  number: number,
  headSha: string,
): Promise<string | undefined> {
  const pull = await readPullRequest(github, number);
  if (pull === undefined) return `There is no pull request #${number} any more.`;
  if (!pull.open) return `Pull request #${number} has been closed since; nothing is deployed.`;
  if (label !== undefined && !hasLabel(pull.labels, label)) {
    return `Pull request #${number} has lost the label "${label}" since; nothing is deployed.`;
  }
  if (pull.headSha === headSha) return undefined;
  return `Pull request #${number} is at ${pull.headSha.slice(0, 7)} by now; that push has a run of its own, and ${headSha.slice(0, 7)} is not deployed.`;
}

function refuse(
  known: readonly TaggedEnvironment[],
  name: string,
  { inputs, run }: Session,
): PreviewError | undefined {
  const standing = known.find((one) => one.name === name);
  if (standing?.repository !== undefined && standing.repository !== run.repository) {
    return new PreviewError({
      resource: `environment ${name}`,
      reason: `it belongs to the repository ${standing.repository}`,
      nextStep: 'give the previews of this repository another name-prefix',
    });
  }
  const most = inputs['max-previews'];
  const others = known.filter(
    (one) =>
      one.repository === run.repository && one.pullRequest !== undefined && one.name !== name,
  );
  if (standing !== undefined || most === 0 || others.length < most) return undefined;
  return new PreviewError({
    resource: `preview ${name}`,
    reason: `there are ${others.length} previews, and max-previews is ${most}: ${others.map((one) => one.name).join(', ')}`,
    nextStep:
      'close one of their pull requests, wait until one expires, or raise max-previews; then run this job again',
  });
}

/** After a destroy, however it ended: tells the pull request, and GitHub's list of deployments. */
export async function end(session: Session): Promise<void> {
  const { github, inputs, runUrl } = session;
  const name = nameOf(session);
  const number = pullRequestOf(session);
  const gone = inputs.status === 'success';
  if (number !== undefined) {
    const text = commentMarkdown({
      ...{ environment: name, runUrl, label: inputs.label, reason: inputs.reason },
      ...{ state: gone ? 'destroyed' : 'could not be destroyed', exists: !gone },
    });
    // A pull request that never had a preview is not told that it has none now.
    const tell = gone ? editStickyComment : putStickyComment;
    await tell(github, number, commentMarker(name), text);
  }
  if (gone) await removeDeployments(github, name);
}

const STATES = {
  success: { words: 'ready', deployment: 'success' },
  failure: { words: 'failed', deployment: 'failure' },
  cancelled: { words: 'cancelled', deployment: 'error' },
} as const;

/** After a deploy, however it ended: tells the pull request what there is now. */
export async function report(session: Session): Promise<void> {
  const { github, inputs, runUrl } = session;
  const [name, number] = [nameOf(session), requiredPullRequest(session)];
  const { words, deployment } = STATES[inputs.status];
  const commit = session.event().headSha;
  const text = commentMarkdown({
    ...{ environment: name, state: words, exists: true, runUrl, label: inputs.label },
    ...{ plan: inputs.plan, described: inputs.environment },
    reason: inputs.status === 'success' ? undefined : `see the run's annotations`,
    commit,
    verdict: await verdictOf(session),
    expiresAt: await expiryOf(session, name),
  });
  await putStickyComment(github, number, commentMarker(name), text);
  await endDeployment(github, name, commit, deployment, runUrl);
}

/** Undefined when it did not come to a report. */
async function verdictOf({ inputs, readFile, runUrl }: Session): Promise<Verdict | undefined> {
  const path = inputs['report-path'];
  if (path === undefined) return undefined;
  const { result, counts, checks } = JSON.parse(await readFile(path)) as Report;
  const failed = checks.find(({ outcome }) => outcome === 'failed');
  const failure = failed && `${failed.check} ${failed.subject}: ${failed.detail}`;
  const reportUrl = inputs['report-url'] ?? runUrl;
  return { result, passed: counts.passed, failed: counts.failed, failure, reportUrl };
}

/** Whatever became of AWS, the pull request is to hear the rest. */
async function expiryOf({ stacks, log }: Session, name: string): Promise<number | undefined> {
  try {
    return environmentsOf(await stacks.list()).find((one) => one.name === name)?.expiresAt;
  } catch (error) {
    log.warn(`When ${name} expires is not known: ${messageOf(error)}`);
    return undefined;
  }
}
