import { inertMarkdown } from '../github/markdown.ts';
import { changedFiles } from '../github/pull-request.ts';
import { tellOfApplication } from './application.ts';
import { begin } from './begin.ts';
import { type Decision, decide, type PreviewEvent } from './decide.ts';
import { end } from './end.ts';
import { listExpired } from './list-expired.ts';
import { anyFileCounts } from './path-filter.ts';
import { removeEnvironments } from './remove-environments.ts';
import { renew } from './renew.ts';
import { report } from './report.ts';
import type { Session } from './session.ts';
import { listIdle } from './sleep/list-idle.ts';
import { tellOfSleep } from './sleep/tell-of-sleep.ts';

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
    case 'application':
      return tellOfApplication(session);
    case 'renew':
      return renew(session);
    case 'list-expired':
      return listExpired(session);
    case 'list-idle':
      return listIdle(session);
    case 'sleep':
      return tellOfSleep(session);
    case 'remove-environments':
      return removeEnvironments(session);
  }
}

async function decideOnEvent(session: Session): Promise<void> {
  const { inputs, log, notice, run, actor } = session;
  const event = session.event();
  const { drafts, label, namePrefix, ttlHours, expiryGuard, prune } = inputs;
  const decided = decide(event, { repository: run.repository, actor, drafts, label });
  const { decision, reason } = await ofChangedFiles(session, event, decided);
  const name = `${namePrefix}-${event.number}`;
  session.setOutputs({ decision, reason, name, label: label ?? '' });
  session.setOutputs({ drafts, 'ttl-hours': ttlHours, 'expiry-guard': expiryGuard, prune });
  if (decision === 'skip') notice(reason);
  else log.info(reason);
  await session.addSummary(`${inertMarkdown(reason)}\n`);
}

/** What becomes of a decision when only some files count. Asks GitHub only when that can change the decision. */
async function ofChangedFiles(
  { github, inputs: { paths } }: Session,
  { number }: PreviewEvent,
  decided: Decision,
): Promise<Decision> {
  if (decided.decision !== 'deploy' || paths.length === 0) return decided;
  if (anyFileCounts(await changedFiles(github, number), paths)) return decided;
  const reason = `Pull request #${number} changes none of ${paths.join(', ')}. It gets no preview, and one that it has stays as it is.`;
  return { decision: 'skip', reason };
}
