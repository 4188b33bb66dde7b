import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Connection, connect } from '../../../src/kubernetes/connection.ts';
import { startApiServer } from '../../stand-ins/cluster/api-server.ts';
import { ensureTools } from '../../tools/install/tools.ts';
import { consoleProgress } from '../../tools/progress.ts';
import { recordingLog } from '../fakes/recording-log.ts';
import { borrowApiServer, hasPool } from '../setup/api-server-pool.ts';
import { resetCluster } from './reset-cluster.ts';

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

/**
 * Gives a server without objects of others: one of the pool, where the global setup of the integration tests has made it.
 * Tests that change how the server itself admits requests start one of their own (`alone`).
 */
export async function startTestApiServer({ alone = !hasPool() } = {}): Promise<TestApiServer> {
  const folder = await mkdtemp(join(tmpdir(), 'api-server-'));
  const { kubeconfig, end } = alone ? await startAlone(folder) : await borrowed();
  const log = recordingLog();
  const options = { log, credentials: noCredentials };
  const connection = await connect({ kind: 'kubeconfig', path: kubeconfig }, options).catch(
    async (error) => {
      await end();
      throw error;
    },
  );
  const stop = async () => {
    await end(connection);
    await rm(folder, { recursive: true });
  };
  return { kubeconfig, folder, connection, stop };
}

interface Found {
  readonly kubeconfig: string;
  end(connection?: Connection): Promise<void>;
}

async function startAlone(folder: string): Promise<Found> {
  const tools = await ensureTools(['control-plane'], consoleProgress());
  const { kubeconfig, stop } = await startApiServer({ tools, runDir: join(folder, 'run') });
  return { kubeconfig, end: stop };
}

async function borrowed(): Promise<Found> {
  const { kubeconfig, etcd, state, giveBack } = await borrowApiServer();
  return {
    kubeconfig,
    async end(connection) {
      let restored = false;
      try {
        if (connection === undefined) return;
        await resetCluster(connection, etcd, new Map(JSON.parse(await readFile(state, 'utf8'))));
        restored = true;
      } finally {
        await giveBack(restored);
      }
    },
  };
}

/** For connections by kubeconfig, which has credentials of its own. */
export async function noCredentials(): Promise<never> {
  throw new Error('a kubeconfig needs none');
}
