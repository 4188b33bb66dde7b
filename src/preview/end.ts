import { removeDeployments } from '../github/deployments.ts';
import type { Markdown } from '../github/markdown.ts';
import { readPullRequest } from '../github/pull-request.ts';
import { editStickyComment, putStickyComment } from '../github/sticky-comment.ts';
import { commentMarkdown, commentMarker } from './comment.ts';
import { nameOf, pullRequestOf, type Session } from './session.ts';
import { wayBack } from './way-back.ts';

/** After a destroy, however it ended: comments the outcome, and makes GitHub's deployments inactive. */
export async function end(session: Session): Promise<void> {
  const { github, inputs, runUrl } = session;
  const name = nameOf(session);
  const number = pullRequestOf(session);
  const destroyed = inputs.status === 'success';
  session.setOutputs({ result: destroyed ? 'destroyed' : 'not-destroyed' });
  if (number !== undefined) {
    const text = commentMarkdown({
      environment: name,
      state: destroyed ? 'destroyed' : 'could not be destroyed',
      exists: !destroyed,
      reason: inputs.reason,
      failure: destroyed ? undefined : inputs.failure,
      runUrl,
      label: inputs.label,
      wayBack: destroyed ? await wayBackOf(session, number) : undefined,
    });
    // A pull request that never had a preview gets no comment about its end.
    const comment = destroyed ? editStickyComment : putStickyComment;
    await comment(github, number, commentMarker(name), text);
  }
  if (destroyed) await removeDeployments(github, name);
}

async function wayBackOf(
  { github, inputs }: Session,
  number: number,
): Promise<Markdown | undefined> {
  const pull = await readPullRequest(github, number);
  return pull && wayBack(pull, inputs);
}
