import { link, md, withRow } from '../github/markdown.ts';
import { editStickyComment, readStickyComment } from '../github/sticky-comment.ts';
import { commentMarker } from './comment.ts';
import { nameOf, requiredPullRequest, type Session } from './session.ts';

const OUTCOMES = {
  success: '✅ deployed and tested',
  failure: '❌ failed',
  cancelled: 'cancelled',
} as const;

/** After an application was deployed into the preview and tested, however that ended: the comment says so. */
export async function tellOfApplication(session: Session): Promise<void> {
  const { github, inputs, runUrl, log } = session;
  const name = nameOf(session);
  const number = requiredPullRequest(session);
  const marker = commentMarker(name);
  const comment = await readStickyComment(github, number, marker);
  if (comment === undefined) {
    log.info(`${name} has no comment that could say how the application fares`);
    return;
  }
  const outcome = md`${OUTCOMES[inputs.status]} (${link('run', runUrl)})`;
  const cell = inputs.reason === undefined ? outcome : md`${outcome}<br>${inputs.reason}`;
  await editStickyComment(github, number, marker, withRow(comment, 'Application', cell));
}
