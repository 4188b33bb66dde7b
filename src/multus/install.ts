import { readFile } from 'node:fs/promises';
import type { V1CustomResourceDefinition } from '@kubernetes/client-node';
import { ClusterError } from '../github/errors.ts';
import type { Log } from '../github/log.ts';
import { packFile } from '../github/pack-files.ts';
import { apply, nameOf } from '../kubernetes/apply.ts';
import type { Connection } from '../kubernetes/connection.ts';
import { type Patience, until } from '../kubernetes/poll.ts';
import { DEFINITION, multusObjects } from './manifest.ts';

const FILES = ['definition.yaml', 'access.yaml', 'daemonset.yaml'] as const;

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
  const texts = await Promise.all(
    FILES.map((file) => readFile(packFile('manifests', 'multus', file), 'utf8')),
  );
  for (const object of multusObjects(texts, image)) {
    await apply(connection, object, patience.clock);
    log.info(`Applied ${nameOf(object)}`);
  }
  await awaitDefinition(connection, patience);
}

async function awaitDefinition(connection: Connection, patience: Patience): Promise<void> {
  const path = `/apis/apiextensions.k8s.io/v1/customresourcedefinitions/${DEFINITION}`;
  const established = await until(
    async () => {
      const definition = await connection.rest<V1CustomResourceDefinition>({
        method: 'GET',
        path,
      });
      const condition = definition.status?.conditions?.find(({ type }) => type === 'Established');
      return condition?.status === 'True' ? true : undefined;
    },
    { ...patience, everyMs: 250 },
  );
  if (established) return;
  throw new ClusterError({
    resource: `customresourcedefinition ${DEFINITION}`,
    reason: 'the API server does not serve it',
    nextStep: `look at its conditions: kubectl describe crd ${DEFINITION}`,
  });
}
