import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Connection, connect } from '../../../src/kubernetes/connection.ts';
import { startApiServer } from '../../stand-ins/cluster/api-server.ts';
import { startControllers } from '../../stand-ins/cluster/controllers.ts';
import { ensureTools } from '../../tools/install/tools.ts';
import { consoleProgress } from '../../tools/progress.ts';
import { recordingLog } from '../fakes/recording-log.ts';
import { noCredentials } from '../servers/api-server.ts';

/** A control plane whose controllers and scheduler run, without nodes. */
export interface NodeCluster {
  /** Path of a kubeconfig of an administrator. */
  readonly kubeconfig: string;
  readonly connection: Connection;
  stop(): Promise<void>;
}

/** Starts etcd, an API server, the controllers and the scheduler. Budgets and evictions are Kubernetes' own. */
export async function startNodeCluster(): Promise<NodeCluster> {
  const tools = await ensureTools(['control-plane'], consoleProgress());
  const folder = await mkdtemp(join(tmpdir(), 'node-cluster-'));
  const runDir = join(folder, 'run');
  const api = await startApiServer({ tools, runDir, controllers: true });
  const options = { tools, api, clusterName: 'nodes', runDir, logDir: join(runDir, 'logs') };
  const services = await startControllers(options);
  const stop = async () => {
    await Promise.all(services.map((service) => service.stop(0)));
    await api.stop();
    await rm(folder, { recursive: true, force: true });
  };
  const { kubeconfig } = api;
  const address = { kind: 'kubeconfig', path: kubeconfig } as const;
  const log = recordingLog();
  const connection = await connect(address, { log, credentials: noCredentials }).catch(
    async (error) => {
      await stop();
      throw error;
    },
  );
  return { kubeconfig, connection, stop };
}
