import { getOctokit } from '@actions/github';
import { GithubError } from './errors.ts';

/** GitHub's REST API for one repository. */
export interface RepositoryClient {
  readonly owner: string;
  readonly repo: string;
  readonly rest: ReturnType<typeof getOctokit>['rest'];
}

/** A client for `owner/name`. Where the API is comes from the runner (GITHUB_API_URL), unless it is given. */
export function repositoryClient(
  token: string,
  fullName: string,
  apiUrl?: string,
): RepositoryClient {
  const [owner = '', repo = ''] = fullName.split('/');
  const options = apiUrl === undefined ? {} : { baseUrl: apiUrl };
  return { owner, repo, rest: getOctokit(token, options).rest };
}

/**
 * Does a call, and explains a refusal.
 *
 * @throws GithubError naming what was tried, GitHub's reason and the permission that the job needs for it.
 */
export async function asking<T>(what: string, permission: string, call: Promise<T>): Promise<T> {
  try {
    return await call;
  } catch (cause) {
    const status = statusOf(cause);
    if (status === undefined) throw cause;
    throw new GithubError({
      resource: what,
      reason: cause instanceof Error ? cause.message : String(cause),
      nextStep:
        status === 403
          ? `give the job, and the job that calls this workflow, the permission \`${permission}\``
          : 'run the job again; if it stays, look at githubstatus.com',
      cause,
    });
  }
}

/** The HTTP status of GitHub's answer; undefined for anything else that was thrown. */
export function statusOf(error: unknown): number | undefined {
  if (typeof error !== 'object' || error === null || !('status' in error)) return undefined;
  return typeof error.status === 'number' ? error.status : undefined;
}

/** The same, where "there is none" is an answer, too. */
export async function unlessMissing<T>(call: Promise<T>): Promise<T | undefined> {
  try {
    return await call;
  } catch (error) {
    if (statusOf(error) === 404) return undefined;
    throw error;
  }
}
