import { describe, expect, it } from 'vitest';
import { readyNode, readyPod } from '../testing/fake-probe-cluster.ts';
import { chooseNode } from './placement.ts';

const multusOn = (node: string) => readyPod({ metadata: { name: `multus-${node}` } }, node);
const notReady = {
  metadata: { name: 'node-0' },
  status: {
    conditions: [{ type: 'Ready', status: 'False', message: 'cni plugin not initialized' }],
  },
};

describe('chooseNode', () => {
  it('takes the first node by name that is Ready and has Multus', () => {
    const nodes = [readyNode('node-c'), readyNode('node-b'), readyNode('node-a'), notReady];
    expect(chooseNode(nodes, [multusOn('node-c'), multusOn('node-b')])).toBe('node-b');
  });

  it('passes over nodes that take no pods', () => {
    const nodes = [
      readyNode('node-a', { unschedulable: true }),
      readyNode('node-b', { taints: [{ key: 'x', effect: 'NoSchedule' }] }),
      readyNode('node-c', { taints: [{ key: 'x', effect: 'PreferNoSchedule' }] }),
    ];
    expect(chooseNode(nodes, [])).toBe('node-c');
  });

  it('says of each node why it will not do', () => {
    const nodes = [
      notReady,
      readyNode('node-a', { unschedulable: true }),
      readyNode('node-b', { taints: [{ key: 'startup', effect: 'NoExecute' }] }),
      readyNode('node-c'),
    ];
    const unready = {
      metadata: { name: 'multus-x' },
      spec: { containers: [], nodeName: 'node-c' },
    };
    expect(() => chooseNode(nodes, [unready])).toThrow(
      'node-0: not Ready (cni plugin not initialized); node-a: cordoned; node-b: tainted startup:NoExecute; node-c: Multus is not Ready on it',
    );
    expect(() => chooseNode([], [])).toThrow('the cluster has no node');
  });
});
