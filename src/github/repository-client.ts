import { setTimeout } from 'node:timers/promises';
import { getOctokit } from '@actions/github';
import { GithubError, messageOf } from '../core/errors.ts';

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

const FORBIDDEN = [403, 429];
/** Longer than that no job waits. */
const LONGEST_PAUSE_MS = 60_000;

/** The HTTP status of GitHub's answer, 500 when none came; undefined for anything else that was thrown. */
export function statusOf(error: unknown): number | undefined {
  if (typeof error !== 'object' || error === null || !('status' in error)) return undefined;
  return typeof error.status === 'number' ? error.status : undefined;
}

/**
 * How long to wait before the same call is worth another try, in milliseconds; undefined when it is none.
 *
 * @param usual for answers that do not say how long.
 */
export function pauseBeforeRetry(error: unknown, usual: number): number | undefined {
  const status = statusOf(error) ?? 0;
  if (status >= 500) return usual;
  const seconds = Number(headersOf(error)['retry-after'] ?? Number.NaN);
  const pause = Number.isNaN(seconds) ? undefined : seconds * 1000;
  const passes = FORBIDDEN.includes(status) && pause !== undefined && pause <= LONGEST_PAUSE_MS;
  return passes ? pause : undefined;
}

/** GitHub's reason, and what to do about it. `permission` is what the job needs for the call. */
export function explainRefusal(error: unknown, permission: string) {
  const status = statusOf(error) ?? 0;
  if (isRateLimit(error, status)) return { reason: messageOf(error), nextStep: afterLimit(error) };
  return {
    // Instead of JSON, what stands before GitHub's API may answer with a page.
    reason: /^\s*</.test(messageOf(error)) ? `the answer has status ${status}` : messageOf(error),
    nextStep: nextStep(status, permission),
  };
}

function nextStep(status: number, permission: string): string {
  if (status === 403) {
    return `give the job, and the job that calls this workflow, the permission \`${permission}\``;
  }
  if (status === 401 || status === 404) {
    return 'if it is there, the token (github-token) does not show it: give one of this repository';
  }
  return 'run the job again; if it stays, look at githubstatus.com';
}

/** A refusal for want of a permission has the same status (docs.github.com, rate limits for the REST API). */
function isRateLimit(error: unknown, status: number): boolean {
  const headers = headersOf(error);
  const said = headers['retry-after'] !== undefined || /rate limit/i.test(messageOf(error));
  return FORBIDDEN.includes(status) && (said || String(headers['x-ratelimit-remaining']) === '0');
}

function afterLimit(error: unknown): string {
  const reset = Number(headersOf(error)['x-ratelimit-reset'] ?? Number.NaN);
  const when = Number.isNaN(reset)
    ? 'in some minutes'
    : `after ${new Date(reset * 1000).toISOString().slice(0, 16)}Z`;
  return `run the job again ${when}: jobs of the repository share a limit of calls in an hour`;
}

type Headers = Readonly<Record<string, string | number | undefined>>;

function headersOf(error: unknown): Headers {
  const { response } = error as { readonly response?: { readonly headers?: Headers } };
  return response?.headers ?? {};
}
