import { readFile } from 'node:fs/promises';
import { CoreV1Api } from '@kubernetes/client-node';
import { systemClock } from '../../../src/core/clock.ts';
import { packFile } from '../../../src/core/pack-files.ts';
import { apply, readManifest } from '../../../src/kubernetes/apply.ts';
import type { Connection } from '../../../src/kubernetes/connection.ts';
import { startTestApiServer, type TestApiServer } from './api-server.ts';
import { joinNode } from './join-node.ts';

export interface LabCluster extends TestApiServer {
  readonly core: CoreV1Api;
}

/** An API server with the kind NetworkAttachmentDefinition, the lab's two networks, and these nodes, which are Ready. */
export async function startLabCluster(nodes: readonly string[]): Promise<LabCluster> {
  const server = await startTestApiServer();
  const { connection } = server;
  const core = connection.config.makeApiClient(CoreV1Api);
  await applyManifest(connection, 'multus', 'definition.yaml');
  await whenServed(() => applyManifest(connection, 'nads', 'lab.yaml'));
  for (const name of nodes) {
    await joinNode(connection, name);
    // The API server taints each new node. No controller runs here to remove the taint.
    await core.patchNode({ name, body: [{ op: 'remove', path: '/spec/taints' }] });
  }
  return { ...server, core };
}

/** A new kind of object is served a moment after it is declared. */
export async function whenServed(use: () => Promise<void>): Promise<void> {
  const deadline = systemClock.now() + 60_000;
  for (;;) {
    try {
      return await use();
    } catch (error) {
      if (systemClock.now() > deadline) throw error;
      await systemClock.sleep(100);
    }
  }
}

/** Applies a manifest of the pack. */
export async function applyManifest(
  connection: Connection,
  ...path: readonly string[]
): Promise<void> {
  const text = await readFile(packFile('manifests', ...path), 'utf8');
  for (const object of readManifest(text)) await apply(connection, object);
}
