import type { KubernetesObject } from '@kubernetes/client-node';
import { isTransient, statusOf } from './api-error.ts';
import { FIELD_MANAGER, refused } from './apply.ts';
import type { Connection } from './connection.ts';
import { takenOver } from './managed-fields.ts';
import { PATCH_TYPES } from './objects.ts';
import type { Clock } from './poll.ts';
import { readIfThere } from './remove.ts';
import { retrying } from './retry.ts';

/**
 * Makes the fields ours that somebody has put into an object by applying a manifest with kubectl, so that those which
 * our manifest does not have go when ours is applied. Otherwise they stay, such as a limit or a container of an earlier
 * version. What others (controllers, `kubectl rollout restart`) have set stays theirs. Only the API server's books
 * change.
 *
 * @throws ClusterError with the API server's reason.
 */
export async function takeOver(
  connection: Connection,
  object: KubernetesObject,
  clock: Clock,
): Promise<void> {
  const { apiVersion = '', kind = '' } = object;
  const take = async () => {
    const { metadata } = (await readIfThere(connection, object, clock)) ?? {};
    const managedFields = takenOver(metadata?.managedFields ?? []);
    if (managedFields === undefined) return;
    const { name = '', namespace = '', resourceVersion = '' } = metadata ?? {};
    const books = {
      ...{ apiVersion, kind },
      metadata: { name, namespace, resourceVersion, managedFields },
    };
    await connection.objects.patch(books, PATCH_TYPES.merge, { fieldManager: FIELD_MANAGER });
  };
  try {
    await retrying(take, clock, (error) => isTransient(error) || statusOf(error) === 409);
  } catch (error) {
    throw refused(object, error);
  }
}
