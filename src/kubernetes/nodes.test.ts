import type { V1Node } from '@kubernetes/client-node';
import { describe, expect, it } from 'vitest';
import { fakeClock } from '../../dev/testing/fakes/fake-clock.ts';
import { recordingLog } from '../../dev/testing/fakes/recording-log.ts';
import { startKubeServer } from '../../dev/testing/servers/kube-server.ts';
import { connect } from './connection.ts';
import { awaitNodes, type NodeFinding, nodeState } from './nodes.ts';

const node = (name: string, ready?: boolean, message = ''): V1Node => ({
  metadata: { name, labels: { 'topology.kubernetes.io/zone': 'ap-northeast-2a' } },
  status: {
    addresses: [
      { type: 'Hostname', address: name },
      { type: 'InternalIP', address: '10.0.2.11' },
    ],
    nodeInfo: { kubeletVersion: 'v1.34.4' } as never,
    conditions:
      ready === undefined ? [] : [{ type: 'Ready', status: ready ? 'True' : 'False', message }],
  },
});

describe('nodeState', () => {
  it('reads a node', () => {
    expect(nodeState(node('ip-1', true))).toEqual({
      name: 'ip-1',
      ready: true,
      reason: '',
      zone: 'ap-northeast-2a',
      address: '10.0.2.11',
      version: 'v1.34.4',
    });
  });
  it('says why a node is not ready', () => {
    expect(nodeState(node('a', false, 'cni plugin not initialized')).reason).toBe(
      'cni plugin not initialized',
    );
    expect(nodeState(node('a')).reason).toMatch(/not reported/);
    expect(nodeState({})).toMatchObject({ name: '', ready: false, zone: '', address: '' });
  });
});

describe('awaitNodes', () => {
  async function wait(
    lists: readonly (readonly V1Node[])[],
    expected = 2,
    findings: readonly NodeFinding[] = [],
    leftOut = (_node: V1Node) => false,
  ) {
    const server = await startKubeServer(({ path }, asked) =>
      path.includes('selfsubject')
        ? { status: 201, body: { status: { userInfo: { username: 'u' } } } }
        : { status: 200, body: { items: lists[Math.min(asked, lists.length - 1)] } },
    );
    const log = recordingLog();
    const clock = fakeClock();
    try {
      const address = { kind: 'kubeconfig', path: server.kubeconfig } as const;
      const credentials = () => Promise.reject(new Error());
      const connection = await connect(address, { log: recordingLog(), credentials });
      const explain = async () => findings;
      const options = { expected, deadline: 20_000, clock, log, explain, leftOut };
      return {
        log,
        result: await awaitNodes(connection, options).catch((error: unknown) => error),
      };
    } finally {
      await server.close();
    }
  }

  it('logs each change and returns the nodes in name order', async () => {
    const { log, result } = await wait([
      [],
      [node('b', false, 'cni plugin not initialized')],
      [node('b', false, 'cni plugin not initialized')],
      [node('b', true), node('a', true)],
    ]);
    expect(log.lines).toEqual([
      '0 of 2 nodes Ready',
      '0 of 2 nodes Ready\n  b: cni plugin not initialized',
      '2 of 2 nodes Ready (a, b)',
    ]);
    expect(result).toMatchObject([{ name: 'a' }, { name: 'b' }]);
  });

  it('does not count nodes that are left out', async () => {
    const nodes = [node('guest', true), node('a', true), node('guest-2', false)];
    const leftOut = ({ metadata }: V1Node) => metadata?.name?.startsWith('guest') ?? false;
    const { log, result } = await wait([nodes], 2, [], leftOut);
    expect(log.lines).toEqual(['1 of 2 nodes Ready (a)']);
    expect(String(result)).toMatch(/1 of 2 expected nodes are Ready, 1 have joined\n/);
  });

  it('says how many nodes have not joined, and where to look', async () => {
    const { result } = await wait([[node('a', true)]]);
    expect(String(result)).toMatch(/1 of 2 expected nodes are Ready, 1 have joined/);
    expect(String(result)).toMatch(/lifecycle hook.*node-role-arns/);
  });

  it('adds findings from outside the cluster, and names each next step once', async () => {
    const findings = ['i-1', 'i-2'].map((id) => ({ what: `${id} waits`, nextStep: 'read on' }));
    const { result } = await wait([[]], 2, findings);
    expect(String(result)).toMatch(/0 have joined; i-1 waits; i-2 waits\nNext step: read on$/);
  });

  it('gives the reason of each node that has joined but is not ready', async () => {
    const { result } = await wait([[node('a', true), node('b', false, 'PLEG is not healthy')]]);
    expect(String(result)).toMatch(/1 of 2 .* 2 have joined \(b: PLEG is not healthy\)/);
    expect(String(result)).toMatch(/aws-node/);
  });
});
