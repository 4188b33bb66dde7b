import type { Issue } from '../github/issue.ts';
import type { Trouble } from './history.ts';

/** What is to be done about the issue of an environment. */
export type Decision =
  | { readonly step: 'nothing' }
  | { readonly step: 'open' }
  /** `comment` tells people what has changed, because GitHub tells nobody of a text that is written anew. */
  | { readonly step: 'update'; readonly issue: Issue; readonly comment: boolean }
  | { readonly step: 'close'; readonly issue: Issue };

/**
 * Decides about the issue of an environment, of which there is at most one.
 *
 * @param trouble what is wrong; undefined when the environment is well
 * @param issue the open issue
 */
export function decide(trouble: Trouble | undefined, issue: Issue | undefined): Decision {
  if (trouble === undefined)
    return issue === undefined ? { step: 'nothing' } : { step: 'close', issue };
  if (issue === undefined) return { step: 'open' };
  return { step: 'update', issue, comment: trouble.added.length + trouble.gone.length > 0 };
}
