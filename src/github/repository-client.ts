import { setTimeout } from 'node:timers/promises';
import { getOctokit } from '@actions/github';
import { explainRefusal, pauseBeforeRetry, statusOf } from './api-error.ts';
import { GithubError } from './errors.ts';

/** Outages of GitHub's API mostly take seconds. */
const PAUSES_MS = [1_000, 4_000, 15_000];

/** GitHub's REST API for one repository. */
export interface RepositoryClient {
  readonly owner: string;
  readonly repo: string;
  readonly rest: ReturnType<typeof getOctokit>['rest'];
}

/**
 * A client for `owner/name`. Where the API is comes from the runner (GITHUB_API_URL), unless it is given. What fails in a
 * way that passes is tried again, within some 20 seconds: a deploy of half an hour is not to fail for a comment. That a
 * call whose answer was lost is done twice is the smaller harm, as octokit's own plugin for this has it.
 */
export function repositoryClient(
  token: string,
  fullName: string,
  apiUrl?: string,
  pause: (ms: number) => Promise<unknown> = setTimeout,
): RepositoryClient {
  const [owner = '', repo = ''] = fullName.split('/');
  const octokit = getOctokit(token, apiUrl === undefined ? {} : { baseUrl: apiUrl });
  octokit.hook.wrap('request', (send, request) => retrying(async () => send(request), pause));
  return { owner, repo, rest: octokit.rest };
}

async function retrying<T>(
  call: () => Promise<T>,
  pause: (ms: number) => Promise<unknown>,
): Promise<T> {
  for (const usual of PAUSES_MS) {
    try {
      return await call();
    } catch (error) {
      const ms = pauseBeforeRetry(error, usual);
      if (ms === undefined) throw error;
      await pause(ms);
    }
  }
  return call();
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
    if (statusOf(cause) === undefined) throw cause;
    throw new GithubError({ resource: what, ...explainRefusal(cause, permission), cause });
  }
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
