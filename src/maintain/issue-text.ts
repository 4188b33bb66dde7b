import { minuteOf } from '../core/clock.ts';
import type { IssueText } from '../github/issue.ts';
import { code, inertMarkdown, link, type Markdown, md, table } from '../github/markdown.ts';
import type { History, Result, Trouble } from './history.ts';

/** GitHub takes 65,536 characters. What does not fit is in the report. */
const LONGEST = 60_000;
/** So many results are shown; the artifact has all. */
const SHOWN_RESULTS = 10;

/** The hidden text by which the issue of an environment is found. */
export function issueMarker({ environment, region }: History): string {
  return `eks-multus-actions maintain ${environment} ${region}`;
}

/** The issue about an environment that is not well. */
export function issueText(history: History, trouble: Trouble): IssueText {
  const { environment, region } = history;
  const parts = [
    sinceText(trouble).text,
    failureTable(trouble),
    '#### Latest results',
    resultTable(history),
    'Each run of the maintenance writes this text anew. It closes the issue when the environment is well again.',
  ];
  const text = `${parts.join('\n\n')}\n`;
  return {
    title: `Multus environment ${environment} (${region}) is not well`,
    text: text.length <= LONGEST ? text : `${text.slice(0, LONGEST)}\n\n…\n`,
  };
}

/** Since when the environment has not been well, in a sentence. */
export function sinceText({ first, lastWell, now }: Trouble): Markdown {
  const checks =
    now.checks === null
      ? 'There is no report'
      : `${now.checks.failed} of ${now.checks.passed + now.checks.failed} checks fail`;
  const before =
    lastWell === undefined
      ? 'No run that is remembered has found it well.'
      : md`The last run that found it well was at ${minuteOf(lastWell.at)} (${link('run', lastWell.run)}).`;
  return md`Not well since ${minuteOf(first.at)} (${link('run', first.run)}). ${before} ${checks} in the ${link('latest run', now.run)}, at ${minuteOf(now.at)}.`;
}

function failureTable({ failures }: Trouble): string {
  const rows = failures.map(({ advice, seen, since, what }) => [
    code(what),
    minuteOf(since),
    seen,
    advice,
  ]);
  return table(['What fails', 'Since', 'What was seen', 'What it means'], rows);
}

/** The newest results, newest first. */
export function resultTable({ results }: History): string {
  const rows = results
    .slice(-SHOWN_RESULTS)
    .toReversed()
    .map((result) => [
      minuteOf(result.at),
      resultCell(result),
      daysCell(result),
      link('run', result.run),
    ]);
  return table(['When', 'Result', 'AMIs behind', ''], rows);
}

function resultCell({ checks, well }: Result): string {
  const counts = checks === null ? '' : `: ${checks.passed} passed, ${checks.failed} failed`;
  return `${well ? '✅ well' : '❌ not well'}${counts}`;
}

function daysCell({ daysBehind }: Result): string {
  return daysBehind === null ? 'unknown' : `${daysBehind} days`;
}

/** What has changed since the result before. */
export function changeText({ added, gone, now }: Trouble): string {
  const list = (title: string, items: readonly string[]) =>
    items.length === 0
      ? []
      : [`${title}:\n\n${items.map((item) => `- ${code(item).text}`).join('\n')}`];
  const parts = [
    md`The ${link('latest run', now.run)} differs from the one before.`.text,
    ...list('It fails now', added),
    ...list('It fails no more', gone),
  ];
  return `${parts.join('\n\n')}\n`;
}

/** Why the issue is closed. */
export function wellAgainText({ results }: History): string {
  const now = results.at(-1);
  const first = firstOfTrouble(results);
  if (now === undefined) return '';
  const since = first === undefined ? '' : ` It had not been well since ${minuteOf(first.at)}.`;
  return `${md`Well again: the ${link('run', now.run)} at ${minuteOf(now.at)} found no failure.${since}`.text}\n`;
}

/** The first of the results before the newest one that are not well. */
function firstOfTrouble(results: readonly Result[]): Result | undefined {
  const before = results.slice(0, -1);
  return before[before.findLastIndex(({ well }) => well) + 1];
}

/** Why an issue is closed of which there is an older one. */
export function duplicateText(other: number): string {
  return `Two runs opened an issue at the same time. This one is closed in favour of #${other}.\n`;
}

/** The summary of a run. */
export function summaryText(history: History, trouble: Trouble | undefined, url: string): string {
  const { environment, region } = history;
  const parts = [
    `## Maintenance of ${inertMarkdown(environment)} in ${inertMarkdown(region)}`,
    trouble === undefined ? 'The environment is well.' : sinceText(trouble).text,
    url === '' ? '' : md`${link('The open issue', url)}`.text,
    trouble === undefined ? '' : failureTable(trouble),
    resultTable(history),
  ];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}
