import { isMarked, markedText } from './marked-text.ts';
import { explained, ignoring, type RepositoryClient } from './repository-client.ts';

const PAGE = 100;
const PERMISSION = 'issues: write';

/** An issue of the repository. */
export interface Issue {
  readonly number: number;
  readonly url: string;
}

/** By what an issue of the pack is found again. */
export interface IssueMark {
  readonly label: string;
  /** The hidden text at the start of the issue. */
  readonly marker: string;
}

/** What people read. */
export interface IssueText {
  readonly title: string;
  readonly text: string;
}

/**
 * Finds the open issues with this mark, oldest first.
 *
 * @throws GithubError when the job may not read issues.
 */
export async function findIssues(
  { owner, repo, rest }: RepositoryClient,
  { label, marker }: IssueMark,
): Promise<readonly Issue[]> {
  const found: Issue[] = [];
  for (let page = 1; ; page += 1) {
    const request = { owner, repo, labels: label, state: 'open', per_page: PAGE, page } as const;
    const { data } = await explained('issues', PERMISSION, rest.issues.listForRepo(request));
    // GitHub lists pull requests with the issues.
    const ours = data.filter((one) => one.pull_request === undefined && isMarked(marker, one));
    found.push(...ours.map(({ html_url: url, number }) => ({ number, url })));
    if (data.length < PAGE) return found.toSorted((a, b) => a.number - b.number);
  }
}

/**
 * Opens an issue, with a label that is made first: whether a new issue makes its labels, GitHub does not document.
 *
 * @throws GithubError when the job may not write issues, or the repository has none.
 */
export async function openIssue(
  client: RepositoryClient,
  { label, marker }: IssueMark,
  { text, title }: IssueText,
): Promise<Issue> {
  const { owner, repo, rest } = client;
  const made = rest.issues.createLabel({ owner, repo, name: label, ...LABEL });
  // Unprocessable: the label is there.
  await explained(`label ${label}`, PERMISSION, ignoring([422], made));
  const body = markedText(marker, text);
  const created = rest.issues.create({ owner, repo, title, body, labels: [label] });
  const { data } = await explained('a new issue', PERMISSION, created);
  return { number: data.number, url: data.html_url };
}

const LABEL = { color: 'd4c5f9', description: 'Written by the maintenance of eks-multus-actions' };

/** Writes the text of an issue anew. */
export async function rewriteIssue(
  { owner, repo, rest }: RepositoryClient,
  { number }: Issue,
  marker: string,
  { text, title }: IssueText,
): Promise<void> {
  const body = markedText(marker, text);
  const written = rest.issues.update({ owner, repo, issue_number: number, title, body });
  await explained(`issue #${number}`, PERMISSION, written);
}

/** Adds a comment to an issue. */
export async function commentOnIssue(
  { owner, repo, rest }: RepositoryClient,
  { number }: Issue,
  text: string,
): Promise<void> {
  const written = rest.issues.createComment({ owner, repo, issue_number: number, body: text });
  await explained(`comment on issue #${number}`, PERMISSION, written);
}

/** Closes an issue. Nothing happens to one that is closed. */
export async function closeIssue(
  { owner, repo, rest }: RepositoryClient,
  { number }: Issue,
  reason: 'completed' | 'not_planned',
): Promise<void> {
  const change = { state: 'closed', state_reason: reason } as const;
  const closed = rest.issues.update({ owner, repo, issue_number: number, ...change });
  await explained(`issue #${number}`, PERMISSION, closed);
}
