import { explained, type RepositoryClient, unlessMissing } from './repository-client.ts';

/** The current state of a pull request. It may be newer than the event that started the run. */
export interface PullRequestFacts {
  readonly open: boolean;
  readonly merged: boolean;
  readonly labels: readonly string[];
  readonly headSha: string;
  readonly headBranch: string;
  /** `owner/name`; undefined when the fork has been deleted. */
  readonly headRepository: string | undefined;
}

/**
 * Reads a pull request; undefined when it does not exist.
 *
 * @throws GithubError when the token may not read the pull request or the repository.
 */
export async function readPullRequest(
  { owner, repo, rest }: RepositoryClient,
  number: number,
): Promise<PullRequestFacts | undefined> {
  const found = await explained(
    `pull request #${number}`,
    'pull-requests: read',
    unlessMissing(rest.pulls.get({ owner, repo, pull_number: number })),
  );
  if (found === undefined) {
    // GitHub also answers 404 when the token may not see the repository. Reading the repository tells the two apart.
    await explained(
      `repository ${owner}/${repo}`,
      'metadata: read',
      rest.repos.get({ owner, repo }),
    );
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

/** Tells whether the repository has a branch. */
export async function branchExists(
  { owner, repo, rest }: RepositoryClient,
  branch: string,
): Promise<boolean> {
  const found = await explained(
    `branch ${branch}`,
    'contents: read',
    unlessMissing(rest.git.getRef({ owner, repo, ref: `heads/${branch}` })),
  );
  return found !== undefined;
}
