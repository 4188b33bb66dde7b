import { getOctokit } from '@actions/github';
import { type Clock, systemClock } from '../core/clock.ts';
import { GithubError, messageOf } from '../core/errors.ts';
import { redact } from '../core/redact.ts';
import { parseRetryAfter, retry } from '../core/retry.ts';

/** GitHub's REST API, and the repository that an action works on. */
export interface RepositoryClient {
  readonly owner: string;
  readonly repo: string;
  readonly rest: ReturnType<typeof getOctokit>['rest'];
}

/** Pauses of 1, 4 and 15 seconds, because most outages of GitHub's API last only seconds. */
const BACK_OFF = { attempts: 4, firstPauseMs: 1_000, factor: 4, longestPauseMs: 15_000 };

/**
 * Creates a client for the repository `owner/name`. The URL of the API is `apiUrl`, else that of the runner
 * (GITHUB_API_URL). Retries transient failures for about 20 seconds, so that a failed comment does not fail a deployment
 * of half an hour. GitHub may therefore get a call twice when its first answer is lost; octokit's own retry plugin
 * accepts that, too.
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
 * Awaits a call of the API, and explains its failure.
 *
 * @param resource what the call is about, for the error
 * @param permission the permission that the job needs for the call
 * @throws GithubError with the resource, GitHub's reason and a next step.
 */
export async function explained<T>(
  resource: string,
  permission: string,
  call: Promise<T>,
): Promise<T> {
  try {
    return await call;
  } catch (cause) {
    if (statusOf(cause) === undefined) throw cause;
    throw new GithubError({ resource, ...explainRefusal(cause, permission), cause });
  }
}

/** Awaits a call of the API; undefined when GitHub answers 404. */
export function unlessMissing<T>(call: Promise<T>): Promise<T | undefined> {
  return ignoring([404], call);
}

/** Awaits a call of the API; undefined when GitHub answers with one of these statuses. */
export async function ignoring<T>(
  statuses: readonly number[],
  call: Promise<T>,
): Promise<T | undefined> {
  try {
    return await call;
  } catch (error) {
    if (statuses.includes(statusOf(error) ?? 0)) return undefined;
    throw error;
  }
}

/** GitHub answers with one of these when a rate limit is exceeded. */
const RATE_LIMIT_STATUSES = [403, 429];

/** The HTTP status of an error of octokit, which says 500 when there was no answer. Undefined for other errors. */
function statusOf(error: unknown): number | undefined {
  if (typeof error !== 'object' || error === null || !('status' in error)) return undefined;
  return typeof error.status === 'number' ? error.status : undefined;
}

/** True for outages, and for rate limits when GitHub says how long to wait. */
function mayPass(error: unknown): boolean {
  const status = statusOf(error) ?? 0;
  return (
    status >= 500 || (RATE_LIMIT_STATUSES.includes(status) && retryAfterMs(error) !== undefined)
  );
}

function retryAfterMs(error: unknown): number | undefined {
  const header = headersOf(error)['retry-after'];
  return parseRetryAfter(header === undefined ? undefined : String(header));
}

/** Returns GitHub's reason for a refusal, and the next step. The job needs `permission` for the call. */
function explainRefusal(error: unknown, permission: string) {
  const status = statusOf(error) ?? 0;
  if (isRateLimit(error, status)) return { reason: messageOf(error), nextStep: afterLimit(error) };
  return {
    // A gateway in front of GitHub's API answers with an HTML page instead of JSON.
    reason: /^\s*</.test(messageOf(error))
      ? `the answer has status ${status}`
      : redact(messageOf(error)),
    nextStep: nextStep(status, permission),
  };
}

function nextStep(status: number, permission: string): string {
  if (status === 403) {
    return `give the job, and the job that calls this workflow, the permission \`${permission}\``;
  }
  if (status === 410) {
    return 'switch on, in the settings of the repository, what GitHub says is off, then run the job again';
  }
  if (status === 401 || status === 404) {
    return 'check that it exists, and that github-token is a token of this repository';
  }
  return 'run the job again; if it fails again, see https://www.githubstatus.com';
}

/** Tells a rate limit from a missing permission: both have status 403 (docs.github.com, rate limits for the REST API). */
function isRateLimit(error: unknown, status: number): boolean {
  const headers = headersOf(error);
  const named = headers['retry-after'] !== undefined || /rate limit/i.test(messageOf(error));
  return (
    RATE_LIMIT_STATUSES.includes(status) &&
    (named || String(headers['x-ratelimit-remaining']) === '0')
  );
}

function afterLimit(error: unknown): string {
  const reset = Number(headersOf(error)['x-ratelimit-reset'] ?? Number.NaN);
  const when = Number.isNaN(reset)
    ? 'in a few minutes'
    : `after ${new Date(reset * 1000).toISOString().slice(0, 16)}Z`;
  return `run the job again ${when}: all jobs of the repository share an hourly limit of calls`;
}

type Headers = Readonly<Record<string, string | number | undefined>>;

function headersOf(error: unknown): Headers {
  const { response } = error as { readonly response?: { readonly headers?: Headers } };
  return response?.headers ?? {};
}
