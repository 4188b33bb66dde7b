import * as core from '@actions/core';
import { CloudError } from './errors.ts';

/**
 * Asks GitHub for an ID token of this job. It may be asked for again and again while the job runs, so
 * callers ask for a fresh one each time they need one; the token itself lives for minutes only.
 *
 * @throws CloudError when the job has no `id-token: write` permission.
 */
export async function idToken(audience: string): Promise<string> {
  if (process.env['ACTIONS_ID_TOKEN_REQUEST_URL'] === undefined) {
    throw new CloudError({
      resource: 'GitHub OIDC',
      reason: 'this job cannot request an ID token',
      nextStep:
        'give the job `permissions: { id-token: write }` (and let a calling workflow grant it); pull requests from forks never get it',
    });
  }
  return core.getIDToken(audience);
}

/** Hides a value in everything that the job prints from now on. */
export function mask(secret: string): void {
  core.setSecret(secret);
}
