import { codeOf, isTransient } from './api-error.ts';
import type { Clock } from './poll.ts';
import type { Rest, RestRequest } from './rest.ts';

const ATTEMPTS = 5;
const FIRST_PAUSE_MS = 250;

/**
 * Sends a request again when it failed in a way that passes by itself, at most five times in all within
 * about four seconds. Only for requests that may be sent twice.
 */
export async function retrying<T>(
  request: () => Promise<T>,
  clock: Clock,
  mayPass: (error: unknown) => boolean = isTransient,
): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await request();
    } catch (error) {
      if (attempt === ATTEMPTS || !mayPass(error)) throw error;
      await clock.sleep(FIRST_PAUSE_MS * 2 ** (attempt - 1));
    }
  }
}

/**
 * Requests of which those that may be sent twice are sent again: all that do not make or change anything. Not after
 * a minute without an answer, which would become five.
 */
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
