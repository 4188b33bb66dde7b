import { systemClock } from '../core/clock.ts';
import { CloudError, messageOf } from '../core/errors.ts';
import { rememberSecret } from '../core/redact.ts';
import { parseRetryAfter, retry } from '../core/retry.ts';
import { mask } from './mask.ts';

const ATTEMPTS = 5;
const FIRST_PAUSE_MS = 500;
const TIMEOUT_MS = 20_000;

/**
 * Requests an ID token of this job from GitHub and masks it. A token is valid for a few minutes, and GitHub issues new
 * ones as long as the job runs. Callers therefore request a fresh token each time they need one.
 *
 * Replaces `core.getIDToken`, which bundles its own undici: a third of an action's size and of its start-up time. Uses
 * the two variables that GitHub documents for this purpose
 * (https://docs.github.com/actions/reference/security/oidc#methods-for-requesting-the-oidc-token).
 *
 * @throws CloudError when the job has no `id-token: write` permission, or GitHub issues no token.
 */
export async function idToken(audience: string): Promise<string> {
  const { url, bearer } = tokenEndpoint();
  url.searchParams.set('audience', audience);
  try {
    const token = await retry(() => requestToken(url, bearer), {
      clock: systemClock,
      attempts: ATTEMPTS,
      firstPauseMs: FIRST_PAUSE_MS,
      mayPass: (error) =>
        !(error instanceof Refusal) || error.status === 429 || error.status >= 500,
    });
    mask(token);
    return token;
  } catch (error) {
    throw noToken(error);
  }
}

/** An answer without a token. */
class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly status: number;
  readonly retryAfterMs: number | undefined;

  constructor(status: number, retryAfterMs: number | undefined) {
    super(`the answer has status ${status}`);
    this.status = status;
    this.retryAfterMs = retryAfterMs;
  }
}

function tokenEndpoint(): { readonly url: URL; readonly bearer: string } {
  const url = process.env['ACTIONS_ID_TOKEN_REQUEST_URL'];
  const bearer = process.env['ACTIONS_ID_TOKEN_REQUEST_TOKEN'];
  if (url !== undefined && bearer !== undefined) {
    rememberSecret(bearer);
    return { url: new URL(url), bearer };
  }
  throw new CloudError({
    resource: 'GitHub OIDC',
    reason: 'this job cannot request an ID token',
    nextStep:
      'give the job `permissions: { id-token: write }` (and let a calling workflow grant it); GitHub never grants it to pull requests from forks',
  });
}

async function requestToken(url: URL, bearer: string): Promise<string> {
  const answer = await fetch(url, {
    headers: { accept: 'application/json', authorization: `Bearer ${bearer}` },
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  const text = await answer.text();
  const { value } = answer.ok ? (JSON.parse(text) as { value?: string }) : {};
  if (value !== undefined) return value;
  throw new Refusal(answer.status, parseRetryAfter(answer.headers.get('retry-after')));
}

function noToken(cause: unknown): CloudError {
  return new CloudError({
    resource: 'GitHub OIDC',
    reason: `GitHub issued no ID token: ${messageOf(cause)}`,
    nextStep: 'run the job again; see https://www.githubstatus.com for outages of GitHub',
    cause,
  });
}
