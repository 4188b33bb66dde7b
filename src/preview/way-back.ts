import { code, type Markdown, md } from '../github/markdown.ts';
import type { PullRequestFacts } from '../github/pull-request.ts';
import { hasLabel } from './decide.ts';
import type { PreviewInputs } from './inputs.ts';

/**
 * How people get a destroyed preview back, by the state of its pull request. Pure.
 *
 * @param label only pull requests with this label get a preview; undefined for all
 * @param drafts whether drafts get previews
 */
export function wayBack(
  pull: Pick<PullRequestFacts, 'open' | 'merged' | 'labels' | 'draft'>,
  { label, drafts }: Pick<PreviewInputs, 'label' | 'drafts'>,
): Markdown {
  if (pull.merged) return md`open a new pull request: this one is merged`;
  const labelled = label === undefined || hasLabel(pull.labels, label);
  if (!pull.open) {
    const then = labelled || label === undefined ? '' : md`, with the label ${code(label)}`;
    return md`reopen this pull request${then}`;
  }
  if (pull.draft && !drafts) {
    const then = labelled || label === undefined ? '' : md`, and add the label ${code(label)}`;
    return md`mark this pull request as ready for review${then}`;
  }
  if (label === undefined) return md`push a commit, or close this pull request and reopen it`;
  return labelled
    ? md`push a commit, or remove the label ${code(label)} and add it again`
    : md`add the label ${code(label)}`;
}
