import { messageOf } from '../../../core/errors.ts';
import type { Answer } from '../facts.ts';

const DENIED = /AccessDenied|Unauthorized|Forbidden/;
/** A runner that has no way to an endpoint would otherwise try for minutes, with all attempts of a client. */
const PATIENCE_MS = 20_000;

/**
 * Asks AWS. A question that it refuses or fails to answer in time is no failure of the run: the answer says why it is
 * unknown.
 *
 * @param permission the permission that the call needs, such as `ec2:DescribeVpcs`
 */
export async function ask<T>(
  permission: string,
  call: () => Promise<T>,
  patienceMs = PATIENCE_MS,
): Promise<Answer<T>> {
  try {
    return { value: await Promise.race([call(), tooLate(patienceMs)]) };
  } catch (error) {
    const name = error instanceof Error ? error.name : '';
    return {
      unknown: DENIED.test(name)
        ? `the role may not ${permission}`
        : `${permission}: ${name}: ${messageOf(error)}`,
    };
  }
}

/** Does not keep the process running, as a clock would. */
function tooLate(ms: number): Promise<never> {
  const signal = AbortSignal.timeout(ms);
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(new Error(`no answer in ${ms / 1000} seconds`)));
  });
}

/** Whether an answer is missing because the caller may not ask. */
export function isDenied(answer: Answer<unknown>): boolean {
  return 'unknown' in answer && answer.unknown.startsWith('the role may not ');
}
