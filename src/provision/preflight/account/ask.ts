import { saysDenied } from '../../../aws/aws-error.ts';
import { messageOf } from '../../../core/errors.ts';
import type { Answer } from '../facts.ts';

/** A runner that has no way to an endpoint would otherwise try for minutes, with all attempts of a client. */
const PATIENCE_MS = 20_000;

/**
 * Asks AWS. A question that it refuses or fails to answer in time is no failure of the run: the answer says why it is
 * unknown.
 *
 * @param permission the permission that the question needs, such as `ec2:DescribeVpcs`
 */
export async function ask<T>(
  permission: string,
  call: () => Promise<T>,
  patienceMs = PATIENCE_MS,
): Promise<Answer<T>> {
  try {
    return { value: await Promise.race([call(), tooLate(patienceMs)]) };
  } catch (error) {
    const asked = permissionOf(error) ?? permission;
    if (saysDenied(error)) return { unknown: `the role may not ${asked}`, denied: true };
    const name = error instanceof Error ? error.name : '';
    return { unknown: `${asked}: ${name}: ${messageOf(error)}` };
  }
}

/** The permission of the call that failed. Our clients name the call in the error, as `EC2 DescribeSubnets`. */
function permissionOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('operation' in error)) return undefined;
  const [service = '', action = ''] = String(error.operation).split(' ');
  return `${service.toLowerCase()}:${action}`;
}

/** Does not keep the process running, as a clock would. */
function tooLate(ms: number): Promise<never> {
  const signal = AbortSignal.timeout(ms);
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(new Error(`no answer in ${ms / 1000} seconds`)));
  });
}
