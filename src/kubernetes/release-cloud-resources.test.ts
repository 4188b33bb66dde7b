import { expect, it } from 'vitest';
import { fakeClock } from '../../dev/testing/fakes/fake-clock.ts';
import { fakeKubernetesApi } from '../../dev/testing/fakes/fake-kubernetes-api.ts';
import { recordingLog } from '../../dev/testing/fakes/recording-log.ts';
import { releaseCloudResources } from './release-cloud-resources.ts';

type Item = { readonly metadata: { readonly name: string; readonly namespace?: string } };

/** An API server whose deleted objects are gone after some lists, as with real controllers. */
function simulatedApi(objects: Record<string, unknown[]>, listsUntilGone: number) {
  const removed: string[] = [];
  let lists = 0;
  const api = fakeKubernetesApi({
    async list<T>(path: string) {
      lists += removed.length > 0 ? 1 : 0;
      if (lists >= listsUntilGone) return [];
      return (objects[path] ?? []) as T[];
    },
    async remove(target) {
      removed.push(String(target));
      return true;
    },
  });
  return { api, removed };
}

const named = (name: string, spec: object = {}): Item & { spec: object } => ({
  metadata: { name, namespace: 'default' },
  spec,
});

const OBJECTS = {
  '/api/v1/services': [named('web', { type: 'LoadBalancer' }), named('db', { type: 'ClusterIP' })],
  '/apis/networking.k8s.io/v1/ingresses': [named('shop')],
  '/api/v1/persistentvolumeclaims': [named('data')],
  '/api/v1/pods': [
    named('db-0', { volumes: [{ persistentVolumeClaim: { claimName: 'data' } }] }),
    named('web-0', { volumes: [{}] }),
  ],
  '/api/v1/persistentvolumes': [
    {
      metadata: { name: 'pv-1' },
      spec: { persistentVolumeReclaimPolicy: 'Delete', csi: { volumeHandle: 'vol-1' } },
    },
  ],
};

const options = () => ({ log: recordingLog(), clock: fakeClock(), deadline: 60_000 });

it('deletes objects that hold AWS resources, and waits until they are gone', async () => {
  const { api, removed } = simulatedApi(OBJECTS, 15);
  const result = await releaseCloudResources(api, options());
  expect(removed).toEqual([
    '/api/v1/namespaces/default/services/web',
    '/apis/networking.k8s.io/v1/namespaces/default/ingresses/shop',
    '/api/v1/namespaces/default/persistentvolumeclaims/data',
    '/api/v1/namespaces/default/pods/db-0',
  ]);
  expect(result.left).toEqual([]);
});

it('names the objects that are still there at the deadline', async () => {
  const { api } = simulatedApi(OBJECTS, Number.POSITIVE_INFINITY);
  const { left } = await releaseCloudResources(api, options());
  expect(left).toEqual([
    'Service default/web',
    'Ingress default/shop',
    'PersistentVolumeClaim default/data',
    'PersistentVolume pv-1 (vol-1, delete)',
  ]);
});

it('keeps volumes with the policy Retain, and names them', async () => {
  const volume = {
    metadata: { name: 'pv-2' },
    spec: { persistentVolumeReclaimPolicy: 'Retain', csi: { volumeHandle: 'vol-2' } },
  };
  const { api, removed } = simulatedApi({ '/api/v1/persistentvolumes': [volume] }, 99);
  const result = await releaseCloudResources(api, options());
  expect(removed).toEqual([]);
  expect(result).toEqual({ removed: [], left: ['PersistentVolume pv-2 (vol-2, retain)'] });
});
