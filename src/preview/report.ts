import type { Report } from '../connectivity/report.ts';
import { endDeployment } from '../github/deployments.ts';
import { messageOf } from '../github/errors.ts';
import { putStickyComment } from '../github/sticky-comment.ts';
import { commentMarkdown, commentMarker, type Verdict } from './comment.ts';
import { environmentsOf } from './previews.ts';
import { nameOf, requiredPullRequest, type Session } from './session.ts';

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
