import { explained, type RepositoryClient, unlessMissing } from './repository-client.ts';

/** The current state of a pull request. It may be newer than the event that started the run. */
export interface PullRequestFacts {
  readonly open: boolean;
  readonly merged: boolean;
  readonly labels: readonly string[];
  readonly headSha: string;
  readonly headBranch: string;
  readonly draft: boolean;
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
  const { state, merged, labels, head, draft } = found.data;
  return {
    open: state === 'open',
    merged,
    labels: labels.map(({ name }) => name),
    headSha: head.sha,
    headBranch: head.ref,
    draft: draft === true,
    headRepository: head.repo?.full_name,
  };
}

const PAGE = 100;

/**
 * The paths of the files that a pull request changes, also the earlier paths of renamed ones. GitHub lists the first 3,000
 * files: https://docs.github.com/rest/pulls/pulls#list-pull-requests-files
 *
 * @throws GithubError when the token may not read the pull request.
 */
export async function changedFiles(
  { owner, repo, rest }: RepositoryClient,
  number: number,
): Promise<readonly string[]> {
  const paths: string[] = [];
  for (let page = 1; ; page += 1) {
    const request = { owner, repo, pull_number: number, per_page: PAGE, page };
    const { data } = await explained(
      `files of pull request #${number}`,
      'pull-requests: read',
      rest.pulls.listFiles(request),
    );
    for (const { filename, previous_filename: before } of data) {
      paths.push(filename, ...(before === undefined ? [] : [before]));
    }
    if (data.length < PAGE) return paths;
  }
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
