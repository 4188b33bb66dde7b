import { describe, expect, it } from 'vitest';
import { collectDiagnostics } from './diagnostics.ts';
import { RUN_LABEL } from './probe/cluster.ts';
import { fakeProbeCluster, readyNode, readyPod } from './testing/fake-probe-cluster.ts';
import { faultyReport } from './testing/reported-clusters.ts';

const TOKEN = 'eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJub2RlIn0.c2lnbmF0dXJl';

function pod(name: string, node: string) {
  return readyPod(
    {
      metadata: { name, namespace: 'default', uid: name, labels: { [RUN_LABEL]: 'run' } },
      spec: { containers: [{ name: 'app', env: [{ name: 'KEY', value: 'hunter2' }] }] },
    },
    node,
  );
}

const multus = {
  metadata: { name: 'kube-multus-1', namespace: 'kube-system' },
  spec: { nodeName: 'node-a', containers: [{ name: 'kube-multus' }] },
};
const behaviour = {
  nodes: [readyNode('node-a')],
  multusPods: [multus, { ...multus, spec: { ...multus.spec, nodeName: 'node-z' } }],
  present: [pod('verify-1-1', 'node-a'), pod('verify-9-9', 'node-z')],
  events: [
    { metadata: {}, involvedObject: {}, type: 'Warning', reason: 'Failed', message: 'no\nroom' },
  ],
  logs: () => `2026-01-01 cmdAdd failed, Authorization: Bearer ${TOKEN}`,
  script: async () => '2: eth1: <BROADCAST>',
};

async function collect(changed: Partial<ReturnType<typeof fakeProbeCluster>> = {}) {
  const cluster = { ...fakeProbeCluster(behaviour), ...changed };
  const files = await collectDiagnostics(cluster, 'run', faultyReport());
  return new Map(files.map(({ path, text }) => [path.replace('diagnostics/', ''), text]));
}

describe('collectDiagnostics', () => {
  it('contains events, nodes, Multus, and the state and ip output of failing pods', async () => {
    const files = await collect();
    expect([...files.keys()].sort()).toEqual([
      'events.txt',
      'multus/node-a/kube-multus-1.json',
      'multus/node-a/kube-multus.log',
      'nodes.json',
      'pods/verify-1-1-ip.txt',
      'pods/verify-1-1.json',
    ]);
    expect(files.get('events.txt')).toContain('verify-1-1:\n   Warning Failed: no room');
    expect(files.get('pods/verify-1-1-ip.txt')).toContain('eth1');
    expect(files.get('multus/node-a/kube-multus.log')).toContain('cmdAdd failed');
  });

  it('contains no secret of a pod or of a log', async () => {
    const all = [...(await collect()).values()].join('\n');
    expect(all).not.toContain('hunter2');
    expect(all).not.toContain(TOKEN);
    expect(all).toContain('[removed]');
  });

  it('writes the error into a file that could not be read, and continues', async () => {
    const forbidden = () => Promise.reject(new Error('forbidden'));
    const files = await collect({ nodes: forbidden, runScript: forbidden, logOf: forbidden });
    expect(files.get('nodes.json')).toBe('not readable: forbidden\n');
    expect(files.get('multus/node-a/kube-multus.log')).toBe('not readable: forbidden\n');
    expect(files.get('pods/verify-1-1.json')).toContain('"node": "node-a"');
  });
});
