import type { KubernetesObject, V1DaemonSet, V1Pod } from '@kubernetes/client-node';
import { ClusterError } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import { type Patience, until } from '../core/retry.ts';
import { nameOf, removeIfOurs } from '../kubernetes/apply.ts';
import type { Connection } from '../kubernetes/connection.ts';
import { ownLabels } from './cluster-of-others.ts';
import { removeGuard } from './guard.ts';
import { isDaemonSet, MULTUS, readMultus } from './install.ts';

/**
 * Removes the objects that `installMultus` applied and that still carry our label. The NetworkAttachmentDefinition kind
 * stays, because its removal would remove all networks. The pods go first and keep their rights until they end, because the
 * daemon then removes `00-multus.conf` from its node (https://github.com/k8snetworkplumbingwg/multus-cni/issues/1527).
 * Then the nodes lose the guard, so that pods start on them again. A second call changes nothing.
 *
 * @param onlyFor on a cluster of others, the environment that installed it
 * @throws ClusterError when the pods do not end in time, a node keeps the guard, or the API server refuses.
 */
export async function removeMultus(
  connection: Connection,
  log: Log,
  patience: Patience,
  onlyFor?: string,
): Promise<void> {
  // Thin has no object that thick lacks.
  const all = await readMultus({ mode: 'thick', image: '', onlyFor });
  const objects = all.filter(({ kind }) => kind !== 'CustomResourceDefinition');
  const image = await installedImage(connection, objects);
  for (const object of objects.toReversed()) {
    const removed = await removeIfOurs(connection, object, ownLabels(onlyFor));
    log.info(`${removed ? 'Removed' : 'Not there, or not ours:'} ${nameOf(object)}`);
    if (object.kind !== 'DaemonSet') continue;
    if ((await connection.api.read(object)) !== undefined) {
      log.info('Somebody else has taken over that DaemonSet, so the objects that it uses stay too');
      return;
    }
    await awaitNoPods(connection, patience);
    await removeGuard(connection, image, log, patience);
  }
}

/** The image of the DaemonSet, which its nodes have. Undefined when it is gone. */
async function installedImage(
  { api }: Connection,
  objects: readonly KubernetesObject[],
): Promise<string | undefined> {
  const set = objects.find(isDaemonSet);
  const found = set && (await api.read<V1DaemonSet>(set));
  return found?.spec?.template.spec?.containers[0]?.image;
}

async function awaitNoPods({ api }: Connection, patience: Patience): Promise<void> {
  const { namespace, daemonSet } = MULTUS;
  let left: readonly string[] = [];
  const gone = await until(async () => {
    const path = `/api/v1/namespaces/${namespace}/pods`;
    const pods = await api.list<V1Pod>(path, { labelSelector: 'name=multus' });
    left = pods.map(({ metadata, spec }) => `${metadata?.name} on ${spec?.nodeName}`);
    return left.length === 0 ? true : undefined;
  }, patience);
  if (gone) return;
  throw new ClusterError({
    resource: `daemonset ${namespace}/${daemonSet}`,
    reason: `it was deleted, but its pods still exist: ${left.join(', ')}`,
    nextStep: 'look at these nodes (a pod stays while its kubelet does not answer), then run again',
  });
}
