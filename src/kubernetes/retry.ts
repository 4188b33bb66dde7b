import type { Clock } from '../core/clock.ts';
import { codeOf, isTransient, retry } from '../core/retry.ts';
import type { Rest, RestRequest } from './rest.ts';

const ATTEMPTS = 5;
const FIRST_PAUSE_MS = 250;

/**
 * Sends a request up to five times within about four seconds while it fails in a way that may pass. Only for requests
 * that may be sent twice.
 */
export async function retrying<T>(
  request: () => Promise<T>,
  clock: Clock,
  mayPass: (error: unknown) => boolean = isTransient,
): Promise<T> {
  return retry(request, { clock, mayPass, attempts: ATTEMPTS, firstPauseMs: FIRST_PAUSE_MS });
}

/** Sends requests that only read or delete again when they fail. A request that timed out after a minute is not repeated. */
export function retryingRest(rest: Rest, clock: Clock): Rest {
  return <Answer>(request: RestRequest) => {
    const again = request.method === 'GET' || request.method === 'DELETE';
    const send = () => rest<Answer>(request);
    return again ? retrying(send, clock, failsFast) : send();
  };
}

function failsFast(error: unknown): boolean {
  return isTransient(error) && codeOf(error) !== 'ETIMEDOUT';
}
