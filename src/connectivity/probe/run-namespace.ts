import { ClusterError, messageOf } from '../../core/errors.ts';
import { until } from '../../core/retry.ts';
import { isAboutObject, reasonOf, statusOf } from '../../kubernetes/api-error.ts';
import { refusalAdvice } from '../../kubernetes/explain.ts';
import type { ProbeCluster } from './cluster.ts';
import { DELETION_POLL_MS, type PodLife, removedBy } from './probe-pods.ts';

export interface NamespaceLife extends PodLife {
  /** After this time, any later run removes the namespace. */
  readonly expiresInMs: number;
}

const GONE_WITHIN_MS = 60_000;

/**
 * Creates the namespace of `cluster`, does the work, and removes the namespace: after success, after failure, and at
 * once when the signal aborts. Expired namespaces of runs that were killed are removed first. A namespace that still
 * exists after a minute is a warning only, because the result of the work matters more.
 *
 * @throws ClusterError when the namespace cannot be created.
 */
export async function withRunNamespace<T>(
  cluster: ProbeCluster,
  life: NamespaceLife,
  work: () => Promise<T>,
): Promise<T> {
  const { clock, log, signal } = life;
  await removeExpired(cluster, life);
  signal.throwIfAborted();
  // The runner allows little time after a stop. The cluster finishes a deletion that has begun by itself.
  const removeNow = () => void (life.keep || cluster.deleteNamespace().catch(() => undefined));
  let result: T;
  try {
    const expires = new Date(clock.now() + life.expiresInMs);
    await cluster.createNamespace(life.run, expires).catch((error) => {
      throw notCreated(cluster.namespace, error);
    });
    log.info(`Created the namespace ${cluster.namespace}`);
    signal.addEventListener('abort', removeNow, { once: true });
    signal.throwIfAborted();
    result = await work();
  } catch (error) {
    await end(cluster, life).catch((problem) => log.warn(messageOf(problem)));
    throw error;
  } finally {
    signal.removeEventListener('abort', removeNow);
  }
  await end(cluster, life);
  return result;
}

async function removeExpired(cluster: ProbeCluster, { clock, log }: NamespaceLife): Promise<void> {
  const expired = await cluster.expiredNamespaces(new Date(clock.now()));
  for (const name of expired) {
    log.info(`Removing the namespace ${name}, which a run left behind`);
    await cluster.inNamespace(name).deleteNamespace();
  }
}

async function end(cluster: ProbeCluster, life: NamespaceLife): Promise<void> {
  const { keep, clock, log } = life;
  const { namespace } = cluster;
  if (keep) {
    log.info(`The namespace stays: kubectl delete namespace ${namespace}`);
    return;
  }
  const began = clock.now();
  const gone = await until(
    async () => {
      await cluster.deleteNamespace();
      return (await cluster.namespaceExists()) ? undefined : true;
    },
    { deadline: removedBy(life, GONE_WITHIN_MS), clock, everyMs: DELETION_POLL_MS },
  );
  if (gone) return;
  // The cluster goes on with the deletion. An API service that does not answer blocks every namespace.
  log.warn(
    `The namespace ${namespace} still exists ${Math.round((clock.now() - began) / 1000)} seconds after its deletion; its conditions say why: kubectl get namespace ${namespace} -o yaml`,
  );
}

/** An error that says nothing about the namespace stays as it is: the connection explains it. */
function notCreated(namespace: string, error: unknown): unknown {
  if (!isAboutObject(error)) return error;
  const forbidden = statusOf(error) === 403 ? '; or set pod-namespace: shared' : '';
  return new ClusterError({
    resource: `namespace ${namespace}`,
    reason: `it could not be created: ${reasonOf(error)}`,
    nextStep: `${refusalAdvice(error)}${forbidden}`,
    cause: error,
  });
}
