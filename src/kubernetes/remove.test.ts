import type { KubernetesObject } from '@kubernetes/client-node';
import { describe, expect, it } from 'vitest';
import { fakeClock } from '../../dev/testing/fake-clock.ts';
import { ApiError } from './api-error.ts';
import { removeIfOurs } from './apply.ts';
import type { Connection } from './connection.ts';
import { type Objects, OUR_LABELS } from './objects.ts';

const object = { apiVersion: 'apps/v1', kind: 'DaemonSet', metadata: { name: 'kube-multus-ds' } };

/** A cluster in which somebody changes the object after each look at it, so many times; then it has these labels. */
function changing(times: number, labels: Record<string, string> = OUR_LABELS) {
  const removed: KubernetesObject[] = [];
  let version = 1;
  const read: Objects['read'] = async () => {
    const metadata = { uid: 'u', resourceVersion: `${version}` };
    const seen = { ...metadata, labels: version > times ? labels : OUR_LABELS };
    if (version <= times) version += 1;
    return { ...object, metadata: { ...object.metadata, ...seen } } as never;
  };
  const remove: Objects['remove'] = async (sent) => {
    if (sent.metadata?.resourceVersion !== `${version}`) throw new ApiError(409, 'changed');
    removed.push(sent);
  };
  return { connection: { objects: { read, remove } } as unknown as Connection, removed };
}

describe('removeIfOurs', () => {
  it('looks again at what has changed meanwhile, and removes what still is ours', async () => {
    const { connection, removed } = changing(2);
    expect(await removeIfOurs(connection, object, fakeClock())).toBe(true);
    expect(removed).toMatchObject([{ metadata: { uid: 'u', resourceVersion: '3' } }]);
  });

  it('leaves what somebody has taken over meanwhile', async () => {
    const { connection, removed } = changing(1, { 'app.kubernetes.io/managed-by': 'Helm' });
    expect(await removeIfOurs(connection, object, fakeClock())).toBe(false);
    expect(removed).toEqual([]);
  });
});
