import type { Report } from '../connectivity/report/report.ts';
import type { Log } from '../core/log.ts';
import { readKeptFile } from '../github/artifact.ts';
import {
  closeIssue,
  commentOnIssue,
  findIssues,
  type Issue,
  type IssueMark,
  openIssue,
  rewriteIssue,
} from '../github/issue.ts';
import type { RepositoryClient } from '../github/repository-client.ts';
import { decide } from './decide.ts';
import {
  type History,
  MOST_BYTES,
  newHistory,
  readHistory,
  type Trouble,
  troubleOf,
  withResult,
} from './history.ts';
import type { MaintainInputs } from './inputs.ts';
import {
  changeText,
  duplicateText,
  issueMarker,
  issueText,
  summaryText,
  wellAgainText,
} from './issue-text.ts';
import { judge } from './judge.ts';
import type { MaintainOutputs } from './outputs.ts';

/** A run of the action: its inputs and what it works with, of which tests replace parts. */
export interface Session {
  readonly inputs: MaintainInputs;
  readonly github: RepositoryClient;
  /** The branch of the run. Only its runs share a history. */
  readonly branch: string;
  /** The page of the run on GitHub. */
  readonly runUrl: string;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly readFile: (path: string) => Promise<string>;
  /** Writes a file, and makes its folder. */
  readonly writeFile: (path: string, text: string) => Promise<void>;
  readonly log: Log;
  readonly setOutputs: (outputs: MaintainOutputs) => void;
  readonly addSummary: (markdown: string) => Promise<void>;
}

const FILE = 'history.json';
/** Where the history is written, from the job's working directory. */
export const HISTORY_PATH = `multus-maintenance/${FILE}`;

/**
 * Adds what the job has found to the history of the environment, and keeps the issue about the environment: opens one
 * when it is not well, updates it, and closes it when it is well again.
 *
 * @throws GithubError when the job may not read artifacts or write issues.
 */
export async function maintain(session: Session): Promise<void> {
  const { environment, region } = session.inputs;
  const artifact = `multus-maintenance-${environment}-${region}`;
  const report = await readReport(session);
  const at = new Date(session.now()).toISOString();
  const result = judge(
    {
      report,
      verify: session.inputs.verifyOutcome,
      nodes: session.inputs.nodesOutcome,
      images: session.inputs.images,
    },
    at,
    session.runUrl,
  );
  const outputs = { 'issue-url': '', 'history-path': '', 'history-artifact': artifact };
  if (result === undefined) {
    session.log.info('The run was cancelled, so it says nothing about the environment.');
    session.setOutputs({ result: 'unknown', ...outputs });
    return;
  }
  const history = withResult(await earlierHistory(session, artifact), result);
  await session.writeFile(HISTORY_PATH, `${JSON.stringify(history, null, 2)}\n`);
  const trouble = troubleOf(history);
  const issue = await keepIssue(session, history, trouble);
  const url = issue?.url ?? '';
  if (trouble !== undefined) session.log.warn(inShort(environment, trouble, url));
  session.setOutputs({
    ...outputs,
    result: result.well ? 'well' : 'not-well',
    'issue-url': url,
    'history-path': HISTORY_PATH,
  });
  await session.addSummary(summaryText(history, trouble, url));
}

function inShort(environment: string, { failures, first }: Trouble, url: string): string {
  const [failure] = failures;
  const more = failures.length > 1 ? ` and ${failures.length - 1} more` : '';
  return `${environment} has not been well since ${first.at}: ${failure?.what}${more}. ${url}`;
}

async function readReport({ inputs, readFile }: Session): Promise<Report | undefined> {
  const { reportPath } = inputs;
  return reportPath === undefined ? undefined : (JSON.parse(await readFile(reportPath)) as Report);
}

/** What the runs before have kept. */
async function earlierHistory(session: Session, artifact: string): Promise<History> {
  const { branch, github, inputs, log } = session;
  const empty = newHistory(inputs.environment, inputs.region);
  const wanted = { artifact, file: FILE, branch, mostBytes: MOST_BYTES };
  const text = await readKeptFile(github, wanted);
  const history = text === undefined ? undefined : readHistory(text, empty);
  if (history === undefined) log.info(`There is no history yet in the artifacts ${artifact}.`);
  return history ?? empty;
}

/** @returns the issue that is open afterwards. */
async function keepIssue(
  session: Session,
  history: History,
  trouble: Trouble | undefined,
): Promise<Issue | undefined> {
  const { github, inputs, log } = session;
  const mark = { label: inputs.issueLabel, marker: issueMarker(history) };
  const decision = decide(trouble, await onlyIssue(session, mark));
  switch (decision.step) {
    case 'nothing':
      return undefined;
    case 'close':
      await commentOnIssue(github, decision.issue, wellAgainText(history));
      await closeIssue(github, decision.issue, 'completed');
      log.info(`Closed issue #${decision.issue.number}: the environment is well again.`);
      return undefined;
    case 'update':
      if (trouble === undefined) return undefined;
      await rewriteIssue(github, decision.issue, mark.marker, issueText(history, trouble));
      if (decision.comment) await commentOnIssue(github, decision.issue, changeText(trouble));
      log.info(`Updated issue #${decision.issue.number}.`);
      return decision.issue;
    case 'open': {
      if (trouble === undefined) return undefined;
      const opened = await openIssue(github, mark, issueText(history, trouble));
      log.info(`Opened issue #${opened.number}.`);
      return (await onlyIssue(session, mark)) ?? opened;
    }
  }
}

/**
 * The open issue of the environment. GitHub cannot keep two runs from opening one each, and a call that is repeated
 * after a lost answer may open two. The oldest one stays.
 */
async function onlyIssue({ github, log }: Session, mark: IssueMark): Promise<Issue | undefined> {
  const [oldest, ...others] = await findIssues(github, mark);
  if (oldest === undefined) return undefined;
  for (const other of others) {
    await commentOnIssue(github, other, duplicateText(oldest.number));
    await closeIssue(github, other, 'not_planned');
    log.info(`Closed issue #${other.number}, because there is #${oldest.number}.`);
  }
  return oldest;
}
