import type { V1Node } from '@kubernetes/client-node';
import { beforeAll, expect, it } from 'vitest';
import { recordingLog } from '../../dev/testing/fakes/recording-log.ts';
import { RUNS_LONG } from '../../dev/testing/samples/multus-pod.ts';
import { setUpApiServer } from '../../dev/testing/setup/api-server.ts';
import { systemClock } from '../core/clock.ts';
import { STARTUP_TAINT } from '../environment/shared-cluster.ts';
import { admitPods } from './admit-pods.ts';
import { daemonStarted } from './daemon-started.ts';

const DEDICATED = { key: 'dedicated', value: 'net', effect: 'NoExecute' };
const PODS = '/api/v1/namespaces/kube-system/pods';

const cluster = setUpApiServer();

beforeAll(async () => {
  for (const name of ['ready', 'starting', 'young']) await makeNode(name);
});

it('removes only the startup taint, only from nodes where Multus works, and only once', async () => {
  const log = recordingLog();
  const admit = (to = recordingLog()) =>
    admitPods(cluster.connection, {
      log: to,
      hasStarted: daemonStarted(cluster.connection.rest, systemClock),
    });
  expect(await admit(log)).toEqual(['ready']);
  const taints = async (name: string) =>
    (await read(name)).spec?.taints?.map(({ key }) => key).sort();
  expect(await taints('ready')).not.toContain(STARTUP_TAINT.key);
  expect(await taints('ready')).toContain('dedicated');
  expect(await taints('starting')).toContain(STARTUP_TAINT.key);
  // No kubelet answers for its log here.
  expect(await taints('young')).toContain(STARTUP_TAINT.key);
  expect(log.lines).toEqual([`Multus is ready on ready: removed taint ${STARTUP_TAINT.key}`]);
  expect(await admit()).toEqual([]);
});

const read = (name: string) =>
  cluster.connection.rest<V1Node>({ method: 'GET', path: `/api/v1/nodes/${name}` });

/** A node as it registers, and its Multus pod, which says that it is ready or not. */
async function makeNode(name: string): Promise<void> {
  const { rest } = cluster.connection;
  const spec = { taints: [STARTUP_TAINT, DEDICATED] };
  await rest({ method: 'POST', path: '/api/v1/nodes', body: { metadata: { name }, spec } });
  const container = { name: 'kube-multus', image: 'multus:1' };
  const pod = {
    metadata: { name: `multus-${name}`, labels: { name: 'multus' } },
    spec: { nodeName: name, containers: [container] },
  };
  const made = await rest<object>({ method: 'POST', path: PODS, body: pod });
  const conditions = [{ type: 'Ready', status: name === 'starting' ? 'False' : 'True' }];
  const young = { ...RUNS_LONG, state: { running: { startedAt: new Date() } } };
  const status = { conditions, containerStatuses: [name === 'young' ? young : RUNS_LONG] };
  const body = { ...made, status };
  await rest({ method: 'PUT', path: `${PODS}/multus-${name}/status`, body });
}
