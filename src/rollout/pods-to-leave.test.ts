import type { V1Pod } from '@kubernetes/client-node';
import { expect, it } from 'vitest';
import { podsToLeave } from './pods-to-leave.ts';

function pod(name: string, kind?: string, changes: Partial<V1Pod> = {}): V1Pod {
  const owner = { apiVersion: 'apps/v1', kind: kind ?? '', name: 'owner', uid: '1' };
  const ownerReferences = kind === undefined ? [] : [{ ...owner, controller: true }];
  return { ...changes, metadata: { name, ownerReferences, ...changes.metadata } };
}

function namesIn(pods: readonly V1Pod[]): readonly string[] {
  return pods.map(({ metadata }) => metadata?.name ?? '');
}

it('evicts what a controller starts again, and leaves what belongs to the node', () => {
  const ours = {
    'app.kubernetes.io/managed-by': 'eks-multus-actions',
    'eks-multus-actions/run': 'a',
  };
  const leave = podsToLeave([
    pod('web', 'ReplicaSet'),
    pod('db', 'StatefulSet'),
    pod('agent', 'DaemonSet'),
    pod('mirror', 'Node', { metadata: { annotations: { 'kubernetes.io/config.mirror': 'x' } } }),
    pod('job', 'Job', { status: { phase: 'Succeeded' } }),
    pod('going', 'ReplicaSet', { metadata: { deletionTimestamp: new Date(0) } }),
    pod('debug'),
    pod('probe', undefined, { metadata: { labels: ours } }),
  ]);
  expect(namesIn(leave.evict)).toEqual(['web', 'db', 'probe']);
  expect(namesIn(leave.ending)).toEqual(['going']);
  expect(namesIn(leave.alone)).toEqual(['debug']);
});
