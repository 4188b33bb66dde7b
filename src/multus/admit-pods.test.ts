import type { V1Node, V1Pod } from '@kubernetes/client-node';
import { describe, expect, it } from 'vitest';
import { STARTUP_TAINT } from '../environment/shared-cluster.ts';
import { podsOnTainted } from './admit-pods.ts';

const node = (name: string, taints?: V1Node['spec']): V1Node => ({
  metadata: { name },
  ...(taints === undefined ? {} : { spec: taints }),
});
const pod = (nodeName: string, ready: 'True' | 'False'): V1Pod => ({
  spec: { nodeName, containers: [] },
  status: { conditions: [{ type: 'Ready', status: ready }] },
});
const tainted = { taints: [{ ...STARTUP_TAINT }] };

describe('podsOnTainted', () => {
  it('finds Ready pods on nodes with the taint', () => {
    const nodes = [
      node('a', tainted),
      node('b', tainted),
      node('c', tainted),
      node('d'),
      node('e', {}),
    ];
    const pods = [pod('a', 'True'), pod('b', 'False'), pod('d', 'True'), { spec: undefined }];
    expect(podsOnTainted(nodes, pods as V1Pod[])).toEqual([pods[0]]);
  });

  it('ignores other taints', () => {
    const others = { taints: [{ key: 'dedicated', value: 'x', effect: 'NoSchedule' }] };
    expect(podsOnTainted([node('a', others)], [pod('a', 'True')])).toEqual([]);
  });
});
