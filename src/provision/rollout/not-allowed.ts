import { saysDenied } from '../../aws/aws-error.ts';
import { messageOf } from '../../core/errors.ts';
import type { OutdatedNodes } from '../../rollout/find-outdated.ts';
import { addWarning } from '../report.ts';
import type { Session } from '../session.ts';

/**
 * What is known of outdated nodes when the role may not look. A role of the user's own may lack that permission, and only
 * an explicit `now` needs it.
 *
 * @throws the error when it says anything else.
 */
export function notAllowed(session: Session, error: unknown): OutdatedNodes {
  if (!saysDenied(error) || session.inputs.rollout.mode === 'now') throw error;
  addWarning(session, `The role may not see which nodes are outdated: ${messageOf(error)}`);
  return { rows: [], unfinished: [] };
}
