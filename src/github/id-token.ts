import { setTimeout as sleep } from 'node:timers/promises';
import { CloudError, messageOf } from './errors.ts';
import { mask } from './workflow-commands.ts';

export { mask } from './workflow-commands.ts';

const ATTEMPTS = 6;
const FIRST_PAUSE_MS = 500;
const TIMEOUT_MS = 30_000;

/** A failure that may be gone a moment later. */
class Passing extends Error {
  override readonly name = 'Passing';
}

/**
 * Asks GitHub for an ID token of this job, and masks it. It may be asked for again and again while the job runs,
 * so callers ask for a fresh one each time they need one; the token itself lives for minutes only.
 *
 * https://docs.github.com/actions/reference/security/oidc
 *
 * @throws CloudError when the job has no `id-token: write` permission, or GitHub does not give one.
 */
export async function idToken(audience: string): Promise<string> {
  const url = process.env['ACTIONS_ID_TOKEN_REQUEST_URL'];
  const bearer = process.env['ACTIONS_ID_TOKEN_REQUEST_TOKEN'];
  if (url === undefined || bearer === undefined) {
    throw new CloudError({
      resource: 'GitHub OIDC',
      reason: 'this job cannot request an ID token',
      nextStep:
        'give the job `permissions: { id-token: write }` (and let a calling workflow grant it); pull requests from forks never get it',
    });
  }
  const request = new URL(url);
  request.searchParams.set('audience', audience);
  for (let attempt = 1; ; attempt += 1) {
    try {
      const token = await ask(request, bearer);
      mask(token);
      return token;
    } catch (error) {
      if (attempt === ATTEMPTS || !(error instanceof Passing)) throw noToken(error);
      await sleep(FIRST_PAUSE_MS * 2 ** (attempt - 1));
    }
  }
}

async function ask(url: URL, bearer: string): Promise<string> {
  const headers = { authorization: `Bearer ${bearer}`, accept: 'application/json' };
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  const response = await fetch(url, { headers, signal }).catch((error: unknown) => {
    throw new Passing(messageOf(error instanceof Error ? (error.cause ?? error) : error));
  });
  if (response.status === 429 || response.status >= 500) throw new Passing(statusOf(response));
  if (!response.ok) throw new Error(statusOf(response));
  const body: unknown = await response.json();
  if (typeof body === 'object' && body !== null && 'value' in body) return String(body.value);
  throw new Error('the answer has no token in it');
}

function statusOf({ status, statusText }: Response): string {
  return `HTTP ${status} ${statusText}`.trim();
}

function noToken(cause: unknown): CloudError {
  return new CloudError({
    resource: 'GitHub OIDC',
    reason: `GitHub gave no ID token: ${messageOf(cause)}`,
    nextStep: 'run the job again; if it stays so, look at https://www.githubstatus.com',
    cause,
  });
}
