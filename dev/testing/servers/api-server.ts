import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Connection, connect } from '../../../src/kubernetes/connection.ts';
import { startApiServer } from '../../stand-ins/cluster/api-server.ts';
import { ensureTools } from '../../tools/install/tools.ts';
import { consoleProgress } from '../../tools/progress.ts';
import { recordingLog } from '../fakes/recording-log.ts';

/** A real kube-apiserver with etcd. Its binaries are built on first use. */
export interface TestApiServer {
  /** Path of a kubeconfig of an administrator. */
  readonly kubeconfig: string;
  /** A folder that goes away with the server. */
  readonly folder: string;
  /** A connection to it, as that administrator. */
  readonly connection: Connection;
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
  const { kubeconfig } = server;
  const connection = await connect(
    { kind: 'kubeconfig', path: kubeconfig },
    { log: recordingLog(), credentials: noCredentials },
  ).catch(async (error) => {
    await stop();
    throw error;
  });
  return { kubeconfig, folder, connection, stop };
}

/** For connections by kubeconfig, which has credentials of its own. */
export async function noCredentials(): Promise<never> {
  throw new Error('a kubeconfig needs none');
}
