import { describe, expect, it } from 'vitest';
import { fakeKubernetesApi } from '../../dev/testing/fakes/fake-kubernetes-api.ts';
import { type KubernetesApi, OUR_LABELS, type RemoveOptions } from './api.ts';
import { ApiError } from './api-error.ts';
import { removeIfOurs } from './apply.ts';
import type { Connection } from './connection.ts';

const object = { apiVersion: 'apps/v1', kind: 'DaemonSet', metadata: { name: 'kube-multus-ds' } };

/** A cluster where somebody changes the object after each of the first `times` reads. Then it has these labels. */
function changing(times: number, labels: Record<string, string> = OUR_LABELS) {
  const removed: (RemoveOptions | undefined)[] = [];
  let version = 1;
  const read: KubernetesApi['read'] = async () => {
    const metadata = { uid: 'u', resourceVersion: `${version}` };
    const seen = { ...metadata, labels: version > times ? labels : OUR_LABELS };
    if (version <= times) version += 1;
    return { ...object, metadata: { ...object.metadata, ...seen } } as never;
  };
  const remove: KubernetesApi['remove'] = async (_, options) => {
    if (options?.resourceVersion !== `${version}`) throw new ApiError(409, 'changed');
    removed.push(options);
    return true;
  };
  return { connection: { api: fakeKubernetesApi({ read, remove }) } as Connection, removed };
}

describe('removeIfOurs', () => {
  it('reads an object again when it has changed, and removes it when it is still ours', async () => {
    const { connection, removed } = changing(2);
    expect(await removeIfOurs(connection, object)).toBe(true);
    expect(removed).toEqual([{ uid: 'u', resourceVersion: '3' }]);
  });

  it('keeps an object that somebody has taken over meanwhile', async () => {
    const { connection, removed } = changing(1, { 'app.kubernetes.io/managed-by': 'Helm' });
    expect(await removeIfOurs(connection, object)).toBe(false);
    expect(removed).toEqual([]);
  });
});
