import { removeDeployments } from '../github/deployments.ts';
import { editStickyComment, putStickyComment } from '../github/sticky-comment.ts';
import { commentMarkdown, commentMarker } from './comment.ts';
import { nameOf, pullRequestOf, type Session } from './session.ts';

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
