import { isTaken, isTransient, reasonOf, statusOf } from '../kubernetes/api-error.ts';
import type { Clock } from '../kubernetes/poll.ts';
import { retrying } from '../kubernetes/retry.ts';
import { RUN_LABEL } from './cluster.ts';

/** An object, as far as it says which run made it. */
interface Labelled {
  readonly metadata?: { readonly labels?: Readonly<Record<string, string>> };
}

/**
 * Creates an object that carries the label of its run, again when that may help: what an earlier attempt has made,
 * whose answer was lost, is as good as made now.
 *
 * @param read gives the object of that name, if there is one
 * @throws ApiError when the API server refuses, or when the name is that of somebody else's object.
 */
export async function createOnce(
  { metadata }: Labelled,
  create: () => Promise<unknown>,
  read: () => Promise<Labelled | undefined>,
  clock: Clock,
): Promise<void> {
  try {
    await retrying(create, clock, mayPass);
  } catch (error) {
    const run = metadata?.labels?.[RUN_LABEL];
    if (!isTaken(error) || run === undefined) throw error;
    if ((await read())?.metadata?.labels?.[RUN_LABEL] !== run) throw error;
  }
}

/**
 * Many pods at once make the API server lose a race with itself where the namespace has a quota
 * (https://github.com/kubernetes/kubernetes/issues/67761); a namespace gets its service account a moment after it is made.
 */
function mayPass(error: unknown): boolean {
  if (isTransient(error)) return true;
  if (statusOf(error) === 409) return !isTaken(error);
  return statusOf(error) === 403 && /serviceaccount "default" not found/.test(reasonOf(error));
}
