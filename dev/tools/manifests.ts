import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { startApiServer } from '../stand-ins/cluster/api-server.ts';
import { CHECKOUT, scratchFolder } from './checkout.ts';
import type { Tools } from './install/tools.ts';
import { run } from './process.ts';

/** Custom resources come after their definitions. */
const ORDER = ['multus', 'multus-thin', 'whereabouts', 'nads', 'sample-apps'] as const;

/**
 * Applies every manifest to a real Kubernetes API server, as people apply them by hand, with strict validation of field
 * names.
 *
 * @throws Error with the API server's reason for refusing the first one.
 */
export async function validateManifests(tools: Tools): Promise<void> {
  const unknown = folders().filter((name) => !ORDER.some((known) => known === name));
  if (unknown.length > 0)
    throw new Error(`manifests/${unknown[0]}: add it to the order of application`);
  const runDir = scratchFolder('manifests');
  const server = await startApiServer({ tools, runDir });
  const kubectl = (...args: string[]) =>
    run(join(tools.bin, 'kubectl'), ['--kubeconfig', server.kubeconfig, ...args]);
  try {
    for (const folder of ORDER) {
      const path = join(CHECKOUT, 'manifests', folder);
      await kubectl('apply', '--validate=strict', '--server-side', '-f', path);
      await kubectl('wait', '--for=condition=Established', 'crd', '--all');
    }
  } finally {
    await server.stop();
    rmSync(runDir, { recursive: true, force: true });
  }
}

function folders(): readonly string[] {
  return readdirSync(join(CHECKOUT, 'manifests'), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name);
}
