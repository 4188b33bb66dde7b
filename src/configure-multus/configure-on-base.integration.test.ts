import type { V1DaemonSet } from '@kubernetes/client-node';
import { describe, expect, it } from 'vitest';
import { recordingLog } from '../../dev/testing/fakes/recording-log.ts';
import { labEnvironment } from '../../dev/testing/samples/lab-environment.ts';
import { placeMultusPod } from '../../dev/testing/samples/multus-pod.ts';
import { overWhen } from '../../dev/testing/samples/over-when.ts';
import { noCredentials } from '../../dev/testing/servers/api-server.ts';
import { joinNode } from '../../dev/testing/servers/join-node.ts';
import { setUpApiServer } from '../../dev/testing/setup/api-server.ts';
import { type Clock, systemClock } from '../core/clock.ts';
import { DAEMON_SETS, installMultus } from '../multus/install.ts';
import { configureOnBase } from './configure-on-base.ts';
import { parseInputs } from './inputs.ts';
import type { Reached } from './outputs.ts';
import { toSummary } from './summary.ts';

const NAME = 'eks-multus-pr-7';
const SHARED = { base: 'eks-multus-cluster', namespace: NAME };
const NETWORKS = '- { name: signalling, network: 1 }\n- { name: media, network: 2 }';

const cluster = setUpApiServer();

/** Waits for at most a minute of `over`, a clock that a test may run ahead. */
async function run(networks = NETWORKS, log = recordingLog(), over?: Clock) {
  const environment = { ...labEnvironment([1, 1, 2]), name: NAME, shared: SHARED };
  const given: Record<string, string> = { environment: JSON.stringify(environment), networks };
  const inputs = parseInputs((name) => given[name] ?? '', undefined);
  const reached: Reached = { cluster: 'c', user: 'u' };
  const clock = over ?? systemClock;
  const wait = { clock, log, deadline: clock.now() + 60_000 };
  const tools = { log, clock, credentials: noCredentials, report: async () => undefined };
  await configureOnBase(cluster.connection, inputs, SHARED, tools, reached, wait);
  return { log, reached };
}

const join = (name: string, environment: string, ready = true) =>
  joinNode(cluster.connection, name, {
    ready,
    labels: { 'eks-multus-actions/environment': environment },
  });

describe('on the cluster of another environment', () => {
  it('rejects a base without Multus, and changes nothing there', async () => {
    await expect(run()).rejects.toThrow(
      'daemonset kube-system/kube-multus-ds: the cluster of eks-multus-cluster does not have it',
    );
  });

  it('rejects a namespace that belongs to somebody else', async () => {
    const wait = { clock: systemClock, deadline: systemClock.now() + 60_000 };
    const choice = { mode: 'thick', image: 'registry.example.com/multus:1' } as const;
    await installMultus(cluster.connection, choice, recordingLog(), wait);
    const path = '/api/v1/namespaces';
    await cluster.connection.rest({ method: 'POST', path, body: { metadata: { name: NAME } } });
    await expect(run()).rejects.toThrow(
      `namespace ${NAME}: it is there already, and lacks eks-multus-actions/environment=${NAME}`,
    );
    await cluster.connection.rest({ method: 'DELETE', path: `${path}/${NAME}` });
    // This API server has no controller that would finish the deletion of a namespace.
    const body = { metadata: { name: NAME }, spec: { finalizers: [] } };
    await cluster.connection.rest({ method: 'PUT', path: `${path}/${NAME}/finalize`, body });
  });

  it('waits for its own nodes, and says how many are missing', async () => {
    await join('base-1', 'eks-multus-cluster');
    await placeMultusPod(cluster.connection, 'base-1');
    const log = recordingLog();
    await expect(run(NETWORKS, log, overWhen(log, 'nodes Ready'))).rejects.toThrow(
      '0 of 1 expected nodes are Ready, 0 have joined',
    );
  });

  it('applies networks in its own namespace, and leaves Multus and other nodes alone', async () => {
    await join('own-1', NAME);
    await join('other-1', 'eks-multus-pr-8', false);
    const before = await cluster.connection.api.get<V1DaemonSet>(`${DAEMON_SETS}/kube-multus-ds`);
    const log = recordingLog();
    const running = run(NETWORKS, log);
    const waits = 'DaemonSet kube-multus-ds: 0 of 1 Ready';
    await Promise.race([running, expect.poll(() => log.lines.join()).toContain(waits)]);
    await placeMultusPod(cluster.connection, 'own-1');
    const { reached } = await running;
    expect(log.lines.join('\n')).toContain('DaemonSet kube-multus-ds: 1 of 1 Ready');
    expect(reached.nodes?.map(({ name }) => name)).toEqual(['own-1']);
    expect(toSummary(reached)).toContain(
      'that of eks-multus-cluster, `registry.example.com/multus:1`: running on 1 nodes.',
    );
    const path = `/apis/k8s.cni.cncf.io/v1/namespaces/${NAME}/network-attachment-definitions`;
    const { items } = await cluster.connection.rest<{ items: object[] }>({ method: 'GET', path });
    expect(items).toHaveLength(2);
    const after = await cluster.connection.api.get<V1DaemonSet>(`${DAEMON_SETS}/kube-multus-ds`);
    expect(after.metadata?.resourceVersion).toBe(before.metadata?.resourceVersion);
    expect((await run()).log.lines).toContain(`Unchanged namespace ${NAME}`);
  });

  it('rejects a network that needs whereabouts when the base lacks it', async () => {
    const network = '- { name: w, network: 1, ipam: whereabouts, range: 10.0.4.70-10.0.4.80 }';
    await expect(run(network)).rejects.toThrow('daemonset kube-system/whereabouts');
  });
});
