import { getOctokit } from '@actions/github';
import { type Clock, systemClock } from '../core/clock.ts';
import { GithubError, messageOf } from '../core/errors.ts';
import { parseRetryAfter, retry } from '../core/retry.ts';

/** GitHub's REST API for one repository. */
export interface RepositoryClient {
  readonly owner: string;
  readonly repo: string;
  readonly rest: ReturnType<typeof getOctokit>['rest'];
}

/** Most outages of GitHub's API take seconds: pauses of 1, 4 and 15 seconds. */
const BACK_OFF = { attempts: 4, firstPauseMs: 1_000, factor: 4, longestPauseMs: 15_000 };

/**
 * A client for `owner/name`. The runner names the API (GITHUB_API_URL) unless `apiUrl` does. Calls that fail in a way
 * that may pass are repeated for about 20 seconds, so that no comment fails a deploy of half an hour. A call whose
 * answer was lost may therefore be made twice; octokit's own plugin accepts that, too.
 */
export function repositoryClient(
  token: string,
  fullName: string,
  apiUrl?: string,
  clock: Clock = systemClock,
): RepositoryClient {
  const [owner = '', repo = ''] = fullName.split('/');
  const octokit = getOctokit(token, apiUrl === undefined ? {} : { baseUrl: apiUrl });
  octokit.hook.wrap('request', (send, request) =>
    retry(async () => send(request), { ...BACK_OFF, clock, mayPass, retryAfterMs }),
  );
  return { owner, repo, rest: octokit.rest };
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

/** The HTTP status of GitHub's answer, 500 when none came; undefined for anything else that was thrown. */
export function statusOf(error: unknown): number | undefined {
  if (typeof error !== 'object' || error === null || !('status' in error)) return undefined;
  return typeof error.status === 'number' ? error.status : undefined;
}

/** True for outages, and for limits of which GitHub says when they end. */
function mayPass(error: unknown): boolean {
  const status = statusOf(error) ?? 0;
  return status >= 500 || (FORBIDDEN.includes(status) && retryAfterMs(error) !== undefined);
}

function retryAfterMs(error: unknown): number | undefined {
  const header = headersOf(error)['retry-after'];
  return parseRetryAfter(header === undefined ? undefined : String(header));
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
