import type { V1Node, V1Pod } from '@kubernetes/client-node';
import { describe, expect, it } from 'vitest';
import { STARTUP_TAINT } from '../environment/shared-cluster.ts';
import { nodesToAdmit } from './admit-pods.ts';

const node = (name: string, taints?: V1Node['spec']): V1Node => ({
  metadata: { name },
  ...(taints === undefined ? {} : { spec: taints }),
});
const pod = (nodeName: string, ready: 'True' | 'False'): V1Pod => ({
  spec: { nodeName, containers: [] },
  status: { conditions: [{ type: 'Ready', status: ready }] },
});
const tainted = { taints: [{ ...STARTUP_TAINT }] };

describe('nodesToAdmit', () => {
  it('finds nodes with the taint on which Multus is ready', () => {
    const nodes = [
      node('a', tainted),
      node('b', tainted),
      node('c', tainted),
      node('d'),
      node('e', {}),
    ];
    const pods = [pod('a', 'True'), pod('b', 'False'), pod('d', 'True'), { spec: undefined }];
    expect(nodesToAdmit(nodes, pods as V1Pod[])).toEqual(['a']);
  });

  it('ignores other taints', () => {
    const others = { taints: [{ key: 'dedicated', value: 'x', effect: 'NoSchedule' }] };
    expect(nodesToAdmit([node('a', others)], [pod('a', 'True')])).toEqual([]);
  });
});
