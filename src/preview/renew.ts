import { minuteOf } from '../core/clock.ts';
import { editStickyComment, readStickyComment } from '../github/sticky-comment.ts';
import { commentMarker } from './comment.ts';
import { expiryOutput, KEEP_LABEL, keptComment } from './expiry.ts';
import { nameOf, requiredPullRequest, type Session } from './session.ts';

/** After the label that keeps previews was added: the preview expires a day later, and its comment says so. */
export async function renew(session: Session): Promise<void> {
  const { github, log, notice } = session;
  const name = nameOf(session);
  const number = requiredPullRequest(session);
  const marker = commentMarker(name);
  const comment = await readStickyComment(github, number, marker);
  const kept = keptComment(comment ?? '', session.now());
  if (kept === undefined) {
    session.setOutputs({ result: 'skipped' });
    notice(`${name} does not expire, or there is no such preview: "${KEEP_LABEL}" does nothing.`);
    return;
  }
  await editStickyComment(github, number, marker, kept.text);
  session.setOutputs({ result: 'renewed', ...expiryOutput(kept.expiresAt) });
  log.info(`${name} expires at ${minuteOf(kept.expiresAt)}`);
}
