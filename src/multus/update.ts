import type { KubernetesObject, V1DaemonSet } from '@kubernetes/client-node';
import { ClusterError, messageOf } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import type { Patience } from '../core/retry.ts';
import { apply, nameOf, refused, takeOver } from '../kubernetes/apply.ts';
import type { Connection } from '../kubernetes/connection.ts';
import { awaitRollout, type RolloutWait } from '../kubernetes/rollout.ts';
import { checkNotOfOthers } from './cluster-of-others.ts';
import { daemonStarted } from './daemon-started.ts';
import { GUARD, placeGuard } from './guard.ts';
import {
  checkInstalled,
  DAEMON_SETS,
  installMultus,
  isDaemonSet,
  MULTUS,
  type MultusChoice,
  NOT_STARTED,
  readMultus,
} from './install.ts';

/** How long one node may take. It has the image already. */
const NODE_MS = 180_000;

type UpdateWait = Patience & Pick<RolloutWait, 'leftOut'>;

/**
 * Installs Multus, or updates the one that is there, node by node. On a cluster without Multus, does not wait for its
 * pods.
 *
 * An update first puts the guard and the new image on all nodes, then changes the DaemonSet, whose controller replaces
 * one pod at a time, and waits. When Multus does not come back on a node, the others still have the version before, and
 * this goes back to it.
 *
 * @throws ClusterError that names the node and the reason, and says which version runs now.
 */
export async function updateMultus(
  connection: Connection,
  choice: MultusChoice,
  log: Log,
  wait: UpdateWait,
): Promise<void> {
  const objects = await readMultus(choice);
  if (choice.onlyFor !== undefined) await checkNotOfOthers(connection, objects, choice.onlyFor);
  const before = await versionBefore(connection, objects);
  if (before === undefined) return installMultus(connection, choice, log, wait);
  log.info(`Updating Multus from ${before.image} to ${choice.image}, node by node`);
  const guard = objects.find((object) => nameOf(object) === nameOf(GUARD));
  if (guard !== undefined) await placeGuard(connection, guard, choice.image, log, wait);
  await installMultus(connection, choice, log, wait);
  try {
    await rollOut(connection, log, wait);
  } catch (error) {
    throw await goBack(connection, before, error, log, wait);
  }
}

/** The version of Multus that an update replaces. */
interface Version {
  readonly image: string;
  /** Its DaemonSet and the configuration of its daemon. */
  readonly objects: readonly KubernetesObject[];
}

/**
 * The version that is there; undefined when there is none, or when an installation of `wantedObjects` would not change
 * its DaemonSet. Changes only who manages its fields.
 */
async function versionBefore(
  connection: Connection,
  wantedObjects: readonly KubernetesObject[],
): Promise<Version | undefined> {
  const { api } = connection;
  const wanted = wantedObjects.find(isDaemonSet);
  const found = wanted && (await api.read<V1DaemonSet>(wanted));
  if (wanted === undefined || found === undefined) return undefined;
  checkInstalled(await api.list<V1DaemonSet>(DAEMON_SETS), wanted);
  await takeOver(connection, wanted);
  const planned = await api.apply(wanted, { dryRun: true }).catch((error: unknown) => {
    throw refused(wanted, error);
  });
  if (planned.metadata?.generation === found.metadata?.generation) return undefined;
  const config = await api.read<KubernetesObject>(DAEMON_CONFIG);
  const objects = [found, ...(config === undefined ? [] : [config])].map(asApplied);
  return { image: found.spec?.template.spec?.containers[0]?.image ?? '', objects };
}

const DAEMON_CONFIG = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'multus-daemon-config', namespace: MULTUS.namespace },
};

/** An object as it can be applied again: without what the API server and controllers write. */
function asApplied(object: KubernetesObject): KubernetesObject {
  const { metadata, status: _, ...content } = object as KubernetesObject & { status?: unknown };
  const { name = '', namespace = '', labels = {} } = metadata ?? {};
  return { ...content, metadata: { name, namespace, labels } };
}

async function rollOut(connection: Connection, log: Log, wait: UpdateWait): Promise<void> {
  const { namespace, daemonSet: name } = MULTUS;
  const hasStarted = daemonStarted(connection.rest, wait.clock);
  const what = { namespace, name, hasStarted, notStarted: NOT_STARTED, atLeast: 0 };
  await awaitRollout(connection, { ...wait, ...what, stallMs: NODE_MS, log });
}

/** The error of the update, with what runs now. */
async function goBack(
  connection: Connection,
  { image, objects }: Version,
  error: unknown,
  log: Log,
  wait: UpdateWait,
): Promise<unknown> {
  if (!(error instanceof ClusterError)) return error;
  log.warn(`Going back to Multus ${image}: ${messageOf(error)}`);
  const outcome = await (async () => {
    for (const object of objects) await apply(connection, object);
    // The nodes that have the new version take as long as before, and the deadline may have passed.
    const deadline = Math.max(wait.deadline, wait.clock.now() + NODE_MS);
    await rollOut(connection, log, { ...wait, deadline });
    return `all nodes are back at ${image}`;
  })().catch((problem: unknown) => `going back to ${image} failed, too: ${messageOf(problem)}`);
  const { resource, reason, nextStep, cause } = error.failure;
  return new ClusterError({ resource, reason: `${reason}; ${outcome}`, nextStep, cause });
}
