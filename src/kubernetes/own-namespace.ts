import type { V1Namespace } from '@kubernetes/client-node';
import { ClusterError } from '../github/errors.ts';
import { apply, OUR_LABELS } from './apply.ts';
import type { Connection } from './connection.ts';
import type { Clock } from './poll.ts';
import { readIfThere } from './remove.ts';

/**
 * Makes a namespace with our label and those given. One that is there must have all of them: whoever removes the
 * namespace by them must not remove that of somebody else.
 *
 * @returns true when it was made, false when it was there.
 * @throws ClusterError when it is somebody else's, is being deleted, or the API server refuses.
 */
export async function ownNamespace(
  connection: Connection,
  name: string,
  labels: Readonly<Record<string, string>>,
  clock: Clock,
): Promise<boolean> {
  const all = { ...labels, ...OUR_LABELS };
  const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels: all } };
  const found = await readIfThere<V1Namespace>(connection, namespace, clock);
  if (found === undefined) {
    await apply(connection, namespace, clock);
    return true;
  }
  const has = found.metadata?.labels;
  const missing = Object.entries(all).filter(([key, value]) => has?.[key] !== value);
  if (missing.length > 0) {
    const texts = missing.map(([key, value]) => `${key}=${value}`);
    throw notUsable(name, `it is there already, and lacks ${texts.join(', ')}`);
  }
  if (found.status?.phase === 'Terminating') throw notUsable(name, 'it is being deleted');
  return false;
}

function notUsable(name: string, reason: string): ClusterError {
  return new ClusterError({
    resource: `namespace ${name}`,
    reason,
    nextStep: `wait until it is gone, or remove it if nobody needs it (kubectl delete namespace ${name}); or give the environment another name`,
  });
}
