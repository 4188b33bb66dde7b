import type { V1Node } from '@kubernetes/client-node';
import type { Connection } from '../../../src/kubernetes/connection.ts';

/** Registers a node as its kubelet would: with these labels, and with the condition Ready. */
export async function joinNode(
  { rest }: Connection,
  name: string,
  { ready = true, labels = {} }: { ready?: boolean; labels?: Record<string, string> } = {},
): Promise<void> {
  const path = '/api/v1/nodes';
  const body = { metadata: { name, labels } };
  const node = await rest<V1Node>({ method: 'POST', path, body });
  node.status = { conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }] };
  await rest({ method: 'PUT', path: `${path}/${name}/status`, body: node });
}
