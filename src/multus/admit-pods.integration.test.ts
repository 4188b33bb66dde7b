import type { V1Node } from '@kubernetes/client-node';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { recordingLog } from '../../dev/testing/fakes/recording-log.ts';
import { startTestApiServer, type TestApiServer } from '../../dev/testing/servers/api-server.ts';
import { systemClock } from '../core/clock.ts';
import { STARTUP_TAINT } from '../environment/shared-cluster.ts';
import type { Connection } from '../kubernetes/connection.ts';
import { admitPods } from './admit-pods.ts';

const DEDICATED = { key: 'dedicated', value: 'net', effect: 'NoExecute' };
const PODS = '/api/v1/namespaces/kube-system/pods';

let server: TestApiServer;
let connection: Connection;

beforeAll(async () => {
  server = await startTestApiServer();
  ({ connection } = server);
  for (const name of ['ready', 'starting']) await makeNode(name);
});
afterAll(() => server?.stop());

it('removes only the startup taint, only from nodes with a ready Multus, and only once', async () => {
  const log = recordingLog();
  expect(await admitPods(connection, log, systemClock)).toEqual(['ready']);
  const taints = async (name: string) =>
    (await read(name)).spec?.taints?.map(({ key }) => key).sort();
  expect(await taints('ready')).not.toContain(STARTUP_TAINT.key);
  expect(await taints('ready')).toContain('dedicated');
  expect(await taints('starting')).toContain(STARTUP_TAINT.key);
  expect(log.lines).toEqual([`Multus is ready on ready: removed taint ${STARTUP_TAINT.key}`]);
  expect(await admitPods(connection, recordingLog(), systemClock)).toEqual([]);
});

const read = (name: string) =>
  connection.rest<V1Node>({ method: 'GET', path: `/api/v1/nodes/${name}` });

/** A node as it registers, and its Multus pod, which says that it is ready or not. */
async function makeNode(name: string): Promise<void> {
  const { rest } = connection;
  const spec = { taints: [STARTUP_TAINT, DEDICATED] };
  await rest({ method: 'POST', path: '/api/v1/nodes', body: { metadata: { name }, spec } });
  const container = { name: 'kube-multus', image: 'multus:1' };
  const pod = {
    metadata: { name: `multus-${name}`, labels: { name: 'multus' } },
    spec: { nodeName: name, containers: [container] },
  };
  const made = await rest<object>({ method: 'POST', path: PODS, body: pod });
  const status = { conditions: [{ type: 'Ready', status: name === 'ready' ? 'True' : 'False' }] };
  const body = { ...made, status };
  await rest({ method: 'PUT', path: `${PODS}/multus-${name}/status`, body });
}
