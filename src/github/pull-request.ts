import { asking, type RepositoryClient, unlessMissing } from './repository-client.ts';

/** What GitHub says of a pull request now, which may be later than the event that started a run. */
export interface PullRequestFacts {
  readonly open: boolean;
  readonly merged: boolean;
  readonly labels: readonly string[];
  readonly headSha: string;
  readonly headBranch: string;
  /** `owner/name`; undefined when the fork that it came from is gone. */
  readonly headRepository: string | undefined;
}

/**
 * Undefined when there is no such pull request.
 *
 * @throws GithubError when the token does not show it, or its repository: then nothing is known of it.
 */
export async function readPullRequest(
  { owner, repo, rest }: RepositoryClient,
  number: number,
): Promise<PullRequestFacts | undefined> {
  const found = await asking(
    `pull request #${number}`,
    'pull-requests: read',
    unlessMissing(rest.pulls.get({ owner, repo, pull_number: number })),
  );
  if (found === undefined) {
    // To a token without rights there GitHub says the same of a repository as a whole.
    await asking(`repository ${owner}/${repo}`, 'metadata: read', rest.repos.get({ owner, repo }));
    return undefined;
  }
  const { state, merged, labels, head } = found.data;
  return {
    open: state === 'open',
    merged,
    labels: labels.map(({ name }) => name),
    headSha: head.sha,
    headBranch: head.ref,
    headRepository: head.repo?.full_name,
  };
}

export async function branchExists(
  { owner, repo, rest }: RepositoryClient,
  branch: string,
): Promise<boolean> {
  const found = await asking(
    `branch ${branch}`,
    'contents: read',
    unlessMissing(rest.git.getRef({ owner, repo, ref: `heads/${branch}` })),
  );
  return found !== undefined;
}
