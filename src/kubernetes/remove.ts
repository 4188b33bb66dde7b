import type { KubernetesObject } from '@kubernetes/client-node';
import { ClusterError } from '../github/errors.ts';
import { reasonOf, statusOf } from './api-error.ts';
import { nameOf, OUR_LABELS } from './apply.ts';
import type { Connection } from './connection.ts';
import { type Clock, systemClock } from './poll.ts';
import { retrying } from './retry.ts';

/** Was an object put there by us? By its label; people who take an object over take the label away. */
export function isOurs({ metadata }: KubernetesObject): boolean {
  return Object.entries(OUR_LABELS).every(([key, value]) => metadata?.labels?.[key] === value);
}

/** An object as the cluster has it; undefined when it, or its kind, is not there. */
export async function readIfThere<T extends KubernetesObject>(
  connection: Connection,
  object: KubernetesObject,
  clock: Clock = systemClock,
): Promise<T | undefined> {
  try {
    return await retrying(() => connection.objects.read<T>(object), clock);
  } catch (error) {
    if (statusOf(error) === 404) return undefined;
    throw error;
  }
}

/**
 * Deletes an object that carries our label, and only as it was when that was seen: when somebody has changed it
 * meanwhile, as controllers do with the status, it is looked at again, and one that has been taken over stays. True when
 * it was deleted.
 *
 * @throws ClusterError with the API server's reason.
 */
export async function removeIfOurs(
  connection: Connection,
  object: KubernetesObject,
  clock: Clock = systemClock,
): Promise<boolean> {
  const remove = async () => {
    const found = await readIfThere(connection, object, clock);
    if (found === undefined || !isOurs(found)) return false;
    const { uid = '', resourceVersion = '' } = found.metadata ?? {};
    const seen = { ...object, metadata: { ...object.metadata, uid, resourceVersion } };
    await retrying(() => connection.objects.remove(seen), clock);
    return true;
  };
  try {
    return await retrying(remove, clock, (error) => statusOf(error) === 409);
  } catch (error) {
    const status = statusOf(error);
    if (status === 404 || status === 409) return false;
    throw new ClusterError({
      resource: nameOf(object),
      reason: `the API server did not delete it (${reasonOf(error)})`,
      nextStep: 'give the identity of this job the right to delete this kind of object',
      cause: error,
    });
  }
}
