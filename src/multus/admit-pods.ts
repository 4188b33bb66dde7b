import type { V1Node, V1Pod } from '@kubernetes/client-node';
import { ClusterError } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import { STARTUP_TAINT } from '../environment/shared-cluster.ts';
import { isConflict } from '../kubernetes/api.ts';
import { reasonOf } from '../kubernetes/api-error.ts';
import type { Connection } from '../kubernetes/connection.ts';
import { refusalAdvice } from '../kubernetes/explain.ts';
import { isReady } from '../kubernetes/pods.ts';
import type { HasStarted } from './daemon-started.ts';
import { MULTUS } from './install.ts';

/** The Ready pods of Multus on nodes that keep pods away with the startup taint. Pure. */
export function podsOnTainted(
  nodes: readonly V1Node[],
  multusPods: readonly V1Pod[],
): readonly V1Pod[] {
  const tainted = nodes.filter((node) => node.spec?.taints?.some(isStartupTaint));
  const names = new Set(tainted.map(({ metadata }) => metadata?.name));
  return multusPods.filter((pod) => isReady(pod) && names.has(pod.spec?.nodeName));
}

interface Tools {
  readonly log: Log;
  readonly hasStarted: HasStarted;
}

/**
 * Removes the startup taint from each node on which Multus works, so that pods can start there. All other taints stay,
 * also those that somebody sets at the same time.
 *
 * @param nodes the only nodes to look at; all nodes when not given.
 * @returns the names of the nodes that had the taint.
 * @throws ClusterError with the API server's reason.
 */
export async function admitPods(
  connection: Connection,
  { log, hasStarted }: Tools,
  nodes?: readonly string[],
): Promise<readonly string[]> {
  const { namespace } = MULTUS;
  const [found, pods] = await Promise.all([
    connection.api.list<V1Node>('/api/v1/nodes'),
    connection.api.list<V1Pod>(`/api/v1/namespaces/${namespace}/pods`, {
      labelSelector: 'name=multus',
    }),
  ]);
  const names: string[] = [];
  for (const pod of podsOnTainted(found, pods)) {
    const name = pod.spec?.nodeName ?? '';
    if (!(nodes?.includes(name) ?? true) || !(await hasStarted(pod))) continue;
    names.push(name);
    await removeTaint(connection, name);
    log.info(`Multus is ready on ${name}: removed taint ${STARTUP_TAINT.key}`);
  }
  return names;
}

async function removeTaint({ api }: Connection, name: string): Promise<void> {
  const path = `/api/v1/nodes/${name}`;
  const attempt = async () => {
    const { metadata, spec } = await api.get<V1Node>(path);
    const taints = spec?.taints ?? [];
    const left = taints.filter((taint) => !isStartupTaint(taint));
    if (left.length === taints.length) return;
    // With the resource version, a taint that somebody else sets in between is a conflict and is not lost.
    const { resourceVersion } = metadata ?? {};
    await api.merge(path, { metadata: { resourceVersion }, spec: { taints: left } });
  };
  try {
    await api.repeat(attempt, isConflict);
  } catch (cause) {
    throw new ClusterError({
      resource: `node ${name}`,
      reason: `its taint ${STARTUP_TAINT.key} could not be removed (${reasonOf(cause)})`,
      nextStep: `${refusalAdvice(cause)}; or remove it by hand: kubectl taint nodes ${name} ${STARTUP_TAINT.key}-`,
      cause,
    });
  }
}

function isStartupTaint(taint: { readonly key: string; readonly effect: string }): boolean {
  return taint.key === STARTUP_TAINT.key && taint.effect === STARTUP_TAINT.effect;
}
