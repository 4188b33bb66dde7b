import { ClusterError } from '../github/errors.ts';
import type { Log } from '../github/log.ts';
import { nameOf } from '../kubernetes/apply.ts';
import type { Connection } from '../kubernetes/connection.ts';
import { type Patience, until } from '../kubernetes/poll.ts';
import { readIfThere, removeIfOurs } from '../kubernetes/remove.ts';
import { readMultus } from './install.ts';
import { MULTUS } from './manifest.ts';

/**
 * Removes what `installMultus` applied and still carries our label, except the NetworkAttachmentDefinition kind:
 * with it, all networks would go. The daemon removes `00-multus.conf` from its node when it ends
 * (https://github.com/k8snetworkplumbingwg/multus-cni/issues/1527), so its pods go first. Doing it twice changes
 * nothing.
 *
 * @throws ClusterError when the pods do not go in time, or the API server refuses.
 */
export async function removeMultus(
  connection: Connection,
  log: Log,
  patience: Patience,
): Promise<void> {
  // The other mode has no object of another name.
  const all = await readMultus({ mode: 'thick', image: '' });
  const objects = all.filter(({ kind }) => kind !== 'CustomResourceDefinition');
  for (const object of objects.toReversed()) {
    const removed = await removeIfOurs(connection, object, patience.clock);
    log.info(`${removed ? 'Removed' : 'Not there, or not ours:'} ${nameOf(object)}`);
    if (object.kind !== 'DaemonSet') continue;
    if ((await readIfThere(connection, object, patience.clock)) !== undefined) {
      log.info('Somebody else keeps that DaemonSet: what it uses stays too');
      return;
    }
    await awaitNoPods(connection, patience);
  }
}

async function awaitNoPods({ core }: Connection, patience: Patience): Promise<void> {
  const { namespace, daemonSet } = MULTUS;
  let left: readonly string[] = [];
  const gone = await until(async () => {
    const pods = await core.listNamespacedPod({ namespace, labelSelector: 'name=multus' });
    left = pods.items.map(({ metadata, spec }) => `${metadata?.name} on ${spec?.nodeName}`);
    return left.length === 0 ? true : undefined;
  }, patience);
  if (gone) return;
  throw new ClusterError({
    resource: `daemonset ${namespace}/${daemonSet}`,
    reason: `it was deleted, but its pods have not gone: ${left.join(', ')}`,
    nextStep: 'look at these nodes (a pod stays while its kubelet does not answer), then run again',
  });
}
