import type { V1Node, V1Pod } from '@kubernetes/client-node';
import type { Clock } from '../core/clock.ts';
import { ClusterError } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import { isTransient } from '../core/retry.ts';
import { STARTUP_TAINT } from '../environment/shared-cluster.ts';
import { reasonOf, statusOf } from '../kubernetes/api-error.ts';
import type { Connection } from '../kubernetes/connection.ts';
import { FIELD_MANAGER, PATCH_TYPES } from '../kubernetes/objects.ts';
import { retrying } from '../kubernetes/retry.ts';

import { MULTUS } from './install.ts';

/** The nodes that keep pods away until Multus runs, and on which it now does. Pure. */
export function nodesToAdmit(
  nodes: readonly V1Node[],
  multusPods: readonly V1Pod[],
): readonly string[] {
  const ready = new Set(multusPods.filter(isReady).map(({ spec }) => spec?.nodeName));
  return nodes
    .filter((node) => node.spec?.taints?.some(isStartupTaint))
    .map(({ metadata }) => metadata?.name ?? '')
    .filter((name) => ready.has(name));
}

/**
 * Takes the startup taint from every node on which Multus is ready, or from those of `nodes`, so that pods may come. All other taints stay,
 * also those that are set at the same moment.
 *
 * @returns the names of these nodes.
 * @throws ClusterError with the API server's reason.
 */
export async function admitPods(
  connection: Connection,
  log: Log,
  clock: Clock,
  nodes?: readonly string[],
): Promise<readonly string[]> {
  const { namespace } = MULTUS;
  const [found, pods] = await retrying(
    () =>
      Promise.all([
        connection.core.listNode(),
        connection.core.listNamespacedPod({ namespace, labelSelector: 'name=multus' }),
      ]),
    clock,
  );
  const tainted = nodesToAdmit(found.items, pods.items);
  const names = tainted.filter((name) => nodes?.includes(name) ?? true);
  for (const name of names) {
    await removeTaint(connection, name, clock);
    log.info(`Multus is ready on ${name}: removed taint ${STARTUP_TAINT.key}`);
  }
  return names;
}

async function removeTaint({ rest }: Connection, name: string, clock: Clock): Promise<void> {
  const path = `/api/v1/nodes/${name}`;
  const attempt = async () => {
    const { metadata, spec } = await rest<V1Node>({ method: 'GET', path });
    const taints = spec?.taints ?? [];
    const left = taints.filter((taint) => !isStartupTaint(taint));
    if (left.length === taints.length) return;
    // With the version that was read, a taint that somebody sets meanwhile is a conflict, not a loss.
    const { resourceVersion } = metadata ?? {};
    const body = { metadata: { resourceVersion }, spec: { taints: left } };
    const query = { fieldManager: FIELD_MANAGER };
    await rest({ method: 'PATCH', path, query, body, contentType: PATCH_TYPES.merge });
  };
  try {
    await retrying(attempt, clock, (error) => isTransient(error) || statusOf(error) === 409);
  } catch (cause) {
    throw new ClusterError({
      resource: `node ${name}`,
      reason: `its taint ${STARTUP_TAINT.key} could not be removed (${reasonOf(cause)})`,
      nextStep: `give the identity of this job the right to patch nodes, or remove it by hand: kubectl taint nodes ${name} ${STARTUP_TAINT.key}-`,
      cause,
    });
  }
}

function isStartupTaint(taint: { readonly key: string; readonly effect: string }): boolean {
  return taint.key === STARTUP_TAINT.key && taint.effect === STARTUP_TAINT.effect;
}

function isReady({ status }: V1Pod): boolean {
  return (
    status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') ?? false
  );
}
