import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startApiServer } from '../../rehearsal/cluster/api-server.ts';
import { consoleProgress } from '../../rehearsal/progress.ts';
import { ensureTools } from '../../rehearsal/tools/tools.ts';

/** A real kube-apiserver with etcd, for tests; its binaries are built when they are not there yet. */
export interface TestApiServer {
  /** Path of a kubeconfig of an administrator. */
  readonly kubeconfig: string;
  /** A folder that goes away with the server. */
  readonly folder: string;
  stop(): Promise<void>;
}

export async function startTestApiServer(): Promise<TestApiServer> {
  const tools = await ensureTools(['control-plane'], consoleProgress());
  const folder = await mkdtemp(join(tmpdir(), 'api-server-'));
  const server = await startApiServer({ tools, runDir: join(folder, 'run') });
  const stop = async () => {
    await server.stop();
    await rm(folder, { recursive: true });
  };
  return { kubeconfig: server.kubeconfig, folder, stop };
}
