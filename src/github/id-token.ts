import { setTimeout } from 'node:timers/promises';
import * as core from '@actions/core';
import { CloudError, messageOf } from '../core/errors.ts';

const ATTEMPTS = 5;
const FIRST_PAUSE_MS = 500;
const TIMEOUT_MS = 20_000;

/**
 * Asks GitHub for an ID token of this job and masks it. It may be asked for again and again while the job runs, so
 * callers ask for a fresh one each time they need one; the token itself lives for minutes only.
 *
 * Does what `core.getIDToken` does, by the two variables that GitHub documents for it: that function brings undici,
 * which Node has in itself already, and with it a third of an action's size and of its start
 * (https://docs.github.com/actions/reference/security/oidc#methods-for-requesting-the-oidc-token).
 *
 * @throws CloudError when the job has no `id-token: write` permission, or GitHub does not give a token.
 */
export async function idToken(audience: string): Promise<string> {
  const { url, bearer } = tokenEndpoint();
  url.searchParams.set('audience', audience);
  for (let attempt = 1; ; attempt += 1) {
    const answer = await ask(url, bearer).catch((error: unknown) => error as Error);
    if (!(answer instanceof Error) && answer.token !== undefined) {
      core.setSecret(answer.token);
      return answer.token;
    }
    const mayPass = answer instanceof Error || answer.status === 429 || answer.status >= 500;
    if (attempt === ATTEMPTS || !mayPass) throw noToken(answer);
    await setTimeout(FIRST_PAUSE_MS * 2 ** (attempt - 1));
  }
}

interface Answer {
  readonly status: number;
  readonly token: string | undefined;
}

function tokenEndpoint(): { readonly url: URL; readonly bearer: string } {
  const url = process.env['ACTIONS_ID_TOKEN_REQUEST_URL'];
  const bearer = process.env['ACTIONS_ID_TOKEN_REQUEST_TOKEN'];
  if (url !== undefined && bearer !== undefined) return { url: new URL(url), bearer };
  throw new CloudError({
    resource: 'GitHub OIDC',
    reason: 'this job cannot request an ID token',
    nextStep:
      'give the job `permissions: { id-token: write }` (and let a calling workflow grant it); pull requests from forks never get it',
  });
}

async function ask(url: URL, bearer: string): Promise<Answer> {
  const answer = await fetch(url, {
    headers: { accept: 'application/json', authorization: `Bearer ${bearer}` },
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  const text = await answer.text();
  if (!answer.ok) return { status: answer.status, token: undefined };
  return { status: answer.status, token: (JSON.parse(text) as { value?: string }).value };
}

function noToken(answer: Answer | Error): CloudError {
  const reason =
    answer instanceof Error ? messageOf(answer) : `the answer has status ${answer.status}`;
  return new CloudError({
    resource: 'GitHub OIDC',
    reason: `GitHub did not give an ID token: ${reason}`,
    nextStep: 'run the job again; https://www.githubstatus.com says whether GitHub has a problem',
    ...(answer instanceof Error ? { cause: answer } : {}),
  });
}

/** Hides a value in everything that the job prints from now on. */
export function mask(secret: string): void {
  core.setSecret(secret);
}
