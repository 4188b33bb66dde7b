import { beginDeployment } from '../github/deployments.ts';
import { PreviewError } from '../github/errors.ts';
import { readPullRequest } from '../github/pull-request.ts';
import { putStickyComment } from '../github/sticky-comment.ts';
import { commentMarkdown, commentMarker } from './comment.ts';
import { hasLabel } from './decide.ts';
import { environmentsOf, type TaggedEnvironment } from './previews.ts';
import { nameOf, requiredPullRequest, type Session } from './session.ts';

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
