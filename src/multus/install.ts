import { readFile } from 'node:fs/promises';
import type { KubernetesObject } from '@kubernetes/client-node';
import type { Log } from '../github/log.ts';
import { packFile } from '../github/pack-files.ts';
import { apply, nameOf } from '../kubernetes/apply.ts';
import type { Connection } from '../kubernetes/connection.ts';
import { awaitEstablished } from '../kubernetes/established.ts';
import type { Patience } from '../kubernetes/poll.ts';
import { DEFINITION, multusObjects } from './manifest.ts';

const FILES = ['definition.yaml', 'access.yaml', 'daemonset.yaml'] as const;

/** The objects of `manifests/multus`, in order, with the given image. */
export async function readMultus(image: string): Promise<readonly KubernetesObject[]> {
  const texts = await Promise.all(
    FILES.map((file) => readFile(packFile('manifests', 'multus', file), 'utf8')),
  );
  return multusObjects(texts, image);
}

/**
 * Applies `manifests/multus` with the given image and waits until the API server serves
 * NetworkAttachmentDefinitions. Does not wait for the pods: `awaitRollout` does.
 */
export async function installMultus(
  connection: Connection,
  image: string,
  log: Log,
  patience: Patience,
): Promise<void> {
  for (const object of await readMultus(image)) {
    await apply(connection, object, patience.clock);
    log.info(`Applied ${nameOf(object)}`);
  }
  await awaitEstablished(connection, DEFINITION, patience);
}
