import { expect, it } from 'vitest';
import { fakeProbeCluster, readyPod } from '../testing/fake-probe-cluster.ts';
import { readConnectionTables } from './connection-tables.ts';

const multusOn = (node: string) =>
  readyPod(
    { metadata: { name: `multus-${node}` }, spec: { containers: [{ name: 'kube-multus' }] } },
    node,
  );

const OUTPUTS: Readonly<Record<string, string>> = {
  'multus-a': '900\n262144\n',
  'multus-b': 'sh: not found',
};

it('reads the table of each node in the pod of Multus there, and leaves unknown what cannot be read', async () => {
  const cluster = fakeProbeCluster({
    multusPods: [multusOn('a'), multusOn('b'), multusOn('c')],
    script: async ({ metadata }) => {
      const output = OUTPUTS[metadata?.name ?? ''];
      if (output === undefined) throw new Error('pods "multus-c" is forbidden');
      return output;
    },
  });
  const nodes = ['a', 'b', 'c', 'd'].map((name) => ({ name }));
  expect(await readConnectionTables(cluster, nodes)).toEqual([
    { name: 'a', connections: { used: 900, most: 262_144 } },
    ...nodes.slice(1),
  ]);
});
