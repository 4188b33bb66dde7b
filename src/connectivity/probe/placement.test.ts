import type { V1Node, V1Pod } from '@kubernetes/client-node';
import { describe, expect, it } from 'vitest';
import { fakeClock } from '../../../dev/testing/fakes/fake-clock.ts';
import { ENVIRONMENT_LABEL } from '../../environment/shared-cluster.ts';
import { fakeProbeCluster, readyNode, readyPod } from '../testing/fake-probe-cluster.ts';
import { awaitNode, awaitNodes, type NodeChoice } from './placement.ts';

const multusOn = (node: string) => readyPod({ metadata: { name: `multus-${node}` } }, node);
const notReady = {
  metadata: { name: 'node-0' },
  status: {
    conditions: [{ type: 'Ready', status: 'False', message: 'cni plugin not initialized' }],
  },
};

const choose = (
  nodes: readonly V1Node[],
  multusPods: readonly V1Pod[],
  choice: NodeChoice = { labels: {} },
) => awaitNode(fakeProbeCluster({ nodes, multusPods }), choice, fakeClock());

describe('awaitNode', () => {
  it('takes the first node by name that is Ready and has Multus', async () => {
    const nodes = [readyNode('node-c'), readyNode('node-b'), readyNode('node-a'), notReady];
    expect(await choose(nodes, [multusOn('node-c'), multusOn('node-b')])).toBe('node-b');
  });

  it('takes no node without the required label', async () => {
    const own = readyNode('node-b');
    const labelled = { ...own, metadata: { ...own.metadata, labels: { environment: 'pr-7' } } };
    const selector = { labels: { environment: 'pr-7' } };
    expect(await choose([readyNode('node-a'), labelled], [], selector)).toBe('node-b');
    await expect(choose([readyNode('node-a')], [], selector)).rejects.toThrow(
      'the cluster has no node with the label environment=pr-7',
    );
  });

  it('skips nodes that cannot run pods', async () => {
    const nodes = [
      readyNode('node-a', { unschedulable: true }),
      readyNode('node-b', { taints: [{ key: 'x', effect: 'NoSchedule' }] }),
      readyNode('node-c', { taints: [{ key: 'x', effect: 'PreferNoSchedule' }] }),
    ];
    expect(await choose(nodes, [])).toBe('node-c');
  });

  it('takes a node with taints that the pods tolerate, and with no others', async () => {
    const dedicated = { key: 'dedicated', value: 'media', effect: 'NoSchedule' } as const;
    const other = { key: 'broken', effect: 'NoExecute' };
    const nodes = [
      readyNode('node-a', { taints: [dedicated, other] }),
      readyNode('node-b', { taints: [{ ...dedicated, value: 'edge' }] }),
      readyNode('node-c', { taints: [dedicated] }),
    ];
    expect(await choose(nodes, [], { labels: {}, tolerated: [dedicated] })).toBe('node-c');
    await expect(choose(nodes, [])).rejects.toThrow('node-c: tainted dedicated:NoSchedule');
    await expect(
      choose(nodes.slice(0, 1), [], { labels: {}, tolerated: [dedicated] }),
    ).rejects.toThrow('node-a: tainted broken:NoExecute');
  });

  it('gives the reason for each node when none is usable', async () => {
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
    await expect(choose(nodes, [unready])).rejects.toThrow(
      'node-0: not Ready (cni plugin not initialized); node-a: cordoned; node-b: tainted startup:NoExecute; node-c: Multus is not Ready on it',
    );
    await expect(choose([], [])).rejects.toThrow('the cluster has no node');
  });

  it('waits for a node that has just become Ready to lose its taint', async () => {
    const taints = [{ key: 'node.kubernetes.io/not-ready', effect: 'NoSchedule' }];
    const looks = [readyNode('node-a', { taints }), readyNode('node-a', { taints })];
    const cluster = {
      ...fakeProbeCluster(),
      nodes: async () => [looks.shift() ?? readyNode('node-a')],
    };
    const clock = fakeClock();
    expect(await awaitNode(cluster, { labels: {} }, clock)).toBe('node-a');
    expect(clock.now()).toBe(2000);
  });
});

describe('awaitNodes', () => {
  const look = (
    nodes: readonly V1Node[],
    multusPods: readonly V1Pod[] = [],
    choice: NodeChoice = { labels: {} },
  ) => awaitNodes(fakeProbeCluster({ nodes, multusPods }), choice, fakeClock());

  it('throws with the reasons when all nodes are left out', async () => {
    const nodes = [
      readyNode('node-a', { unschedulable: true }),
      readyNode('node-b', { taints: [{ key: 'dedicated', effect: 'NoSchedule' }] }),
    ];
    await expect(look(nodes)).rejects.toThrow(
      'node-a: cordoned; node-b: tainted dedicated:NoSchedule',
    );
    await expect(look([])).rejects.toThrow('the cluster has no node');
  });

  it('leaves out nodes of guests unless a label selects them', async () => {
    const ofEnvironment = (name: string, environment: string) => ({
      ...readyNode(name),
      metadata: { name, labels: { [ENVIRONMENT_LABEL]: environment } },
    });
    const nodes = [ofEnvironment('a', 'base'), ofEnvironment('b', 'pr-7'), readyNode('c')];
    const found = async (labels: Record<string, string>) =>
      (await look(nodes, [], { labels, host: 'base' })).map(({ name }) => name);
    expect(await found({})).toEqual(['a', 'c']);
    expect(await found({ [ENVIRONMENT_LABEL]: 'pr-7' })).toEqual(['b']);
  });

  it('says what a node runs out of, and what keeps Multus from running', async () => {
    const full = {
      ...readyNode('node-a'),
      status: {
        conditions: [
          { type: 'Ready', status: 'True' },
          { type: 'DiskPressure', status: 'True', message: 'kubelet has disk pressure' },
        ],
      },
    };
    const waiting = { reason: 'ErrImagePull', message: 'not found' };
    const multus = {
      metadata: { name: 'multus-b' },
      spec: { containers: [], nodeName: 'node-b' },
      status: {
        containerStatuses: [
          {
            name: 'kube-multus',
            state: { waiting },
            ready: false,
            restartCount: 0,
            image: '',
            imageID: '',
          },
        ],
      },
    };
    expect(
      await look([full, readyNode('node-b'), readyNode('node-c')], [multus, multusOn('node-c')]),
    ).toEqual([
      {
        name: 'node-a',
        trouble: { kind: 'pressure', text: 'DiskPressure: kubelet has disk pressure' },
      },
      {
        name: 'node-b',
        trouble: { kind: 'multus-down', text: expect.stringContaining('ErrImagePull: not found') },
      },
      { name: 'node-c' },
    ]);
  });

  it.each(['auto', 'hybrid'])('leaves out nodes of compute type %s', async (type) => {
    const labels = { 'eks.amazonaws.com/compute-type': type };
    const other = { ...readyNode('node-b'), metadata: { name: 'node-b', labels } };
    expect(await look([readyNode('node-a'), other], [multusOn('node-a')])).toEqual([
      { name: 'node-a' },
      { name: 'node-b', leftOut: `of compute type ${type}, where Multus does not run` },
    ]);
  });
});
