import { statusOf } from '../kubernetes/api-error.ts';

/** A client's answer, or undefined when it is one of the statuses that mean "there is no such thing". */
export async function orUndefined<T>(
  call: () => Promise<T>,
  absent: readonly number[] = [404],
): Promise<T | undefined> {
  try {
    return await call();
  } catch (error) {
    if (absent.includes(statusOf(error) ?? 0)) return undefined;
    throw error;
  }
}
