import { readFile } from 'node:fs/promises';
import type { KubernetesObject, V1DaemonSet } from '@kubernetes/client-node';
import type { Log } from '../github/log.ts';
import { packFile } from '../github/pack-files.ts';
import { apply, nameOf } from '../kubernetes/apply.ts';
import type { Connection } from '../kubernetes/connection.ts';
import { awaitEstablished } from '../kubernetes/established.ts';
import { plainApi } from '../kubernetes/plain-api.ts';
import type { Patience } from '../kubernetes/poll.ts';
import { removeIfOurs } from '../kubernetes/remove.ts';
import { retryingRest } from '../kubernetes/retry.ts';
import { takeOver } from '../kubernetes/take-over.ts';
import { checkInstalled, DAEMON_SETS } from './installed-before.ts';
import { DEFINITION, isDaemonSet, type MultusChoice, multusObjects } from './manifest.ts';

const SHARED = ['multus/definition.yaml', 'multus/access.yaml'] as const;
/** The files of `manifests` that make up each mode. */
const FILES = {
  thick: [...SHARED, 'multus/daemonset.yaml'],
  thin: [...SHARED, 'multus-thin/daemonset.yaml'],
} as const;

/** The objects of a mode, in order, with the given image. */
export async function readMultus({ mode, image }: MultusChoice) {
  const texts = await Promise.all(
    FILES[mode].map((file) => readFile(packFile('manifests', ...file.split('/')), 'utf8')),
  );
  return multusObjects(texts, image);
}

/**
 * Applies the manifest of a mode with the given image, over what an earlier version, the other mode or a manifest that was
 * applied by hand has left, and waits until the API server serves NetworkAttachmentDefinitions. Does not wait for the
 * pods: `awaitRollout` does.
 *
 * @throws ClusterError when what is there cannot become ours, or the API server refuses.
 */
export async function installMultus(
  connection: Connection,
  choice: MultusChoice,
  log: Log,
  patience: Patience,
): Promise<void> {
  const objects = await readMultus(choice);
  const api = plainApi(retryingRest(connection.rest, patience.clock));
  const found = await api.list<V1DaemonSet>(DAEMON_SETS);
  for (const warning of objects.filter(isDaemonSet).flatMap((set) => checkInstalled(found, set))) {
    log.warn(warning);
  }
  for (const object of objects) {
    await takeOver(connection, object, patience.clock);
    await apply(connection, object, patience.clock);
    log.info(`Applied ${nameOf(object)}`);
  }
  await removeRest(connection, choice, objects, log, patience);
  await awaitEstablished(connection, DEFINITION, patience);
}

/** What the other mode has and this one does not. Pods that run have read it; a new one does not ask for it. */
async function removeRest(
  connection: Connection,
  { mode, image }: MultusChoice,
  applied: readonly KubernetesObject[],
  log: Log,
  { clock }: Patience,
): Promise<void> {
  const keep = new Set(applied.map(nameOf));
  const other = await readMultus({ mode: mode === 'thick' ? 'thin' : 'thick', image });
  for (const object of other.filter((one) => !keep.has(nameOf(one)))) {
    if (await removeIfOurs(connection, object, clock)) log.info(`Removed ${nameOf(object)}`);
  }
}
