import { messageOf } from '../../../core/errors.ts';
import type { Answer } from '../facts.ts';

const DENIED = /AccessDenied|Unauthorized|Forbidden/;

/**
 * Asks AWS. A question that it refuses or fails to answer is no failure of the run: the answer says why it is unknown.
 *
 * @param permission the permission that the call needs, such as `ec2:DescribeVpcs`
 */
export async function ask<T>(permission: string, call: () => Promise<T>): Promise<Answer<T>> {
  try {
    return { value: await call() };
  } catch (error) {
    const name = error instanceof Error ? error.name : '';
    return {
      unknown: DENIED.test(name)
        ? `the role may not ${permission}`
        : `${permission}: ${name}: ${messageOf(error)}`,
    };
  }
}

/** Whether an answer is missing because the caller may not ask. */
export function isDenied(answer: Answer<unknown>): boolean {
  return 'unknown' in answer && answer.unknown.startsWith('the role may not ');
}
