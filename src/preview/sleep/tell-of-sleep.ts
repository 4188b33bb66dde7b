import { editStickyComment, readStickyComment } from '../../github/sticky-comment.ts';
import { commentMarker } from '../comment.ts';
import { nameOf, pullRequestOf, type Session } from '../session.ts';
import { sleepComment } from './sleep-comment.ts';

/** After a preview went to sleep or was woken, however that ended: its comment says so. */
export async function tellOfSleep(session: Session): Promise<void> {
  const { github, inputs, runUrl, now } = session;
  const name = nameOf(session);
  const number = pullRequestOf(session);
  const { asleep, price, status } = inputs;
  if (status === 'success') session.setOutputs({ result: asleep ? 'asleep' : 'awake' });
  if (number === undefined) return;
  const marker = commentMarker(name);
  const comment = await readStickyComment(github, number, marker);
  if (comment === undefined) return;
  const text = sleepComment(comment, { status, asleep, price, runUrl, now: now() });
  if (text !== undefined) await editStickyComment(github, number, marker, text);
}
