import type { Target } from '../../../src/kubernetes/api.ts';
import { fakeKubernetesApi } from './fake-kubernetes-api.ts';

type Fields = Readonly<Record<string, unknown>>;

/** A cluster's API in memory, with namespaces and aws-auth; what is deleted is gone at once. */
export function fakeNamespaces() {
  const objects = new Map<string, Fields>();
  const calls: string[] = [];
  const path = (name: string) => `/api/v1/namespaces/${name}`;
  const awsAuth = `${path('kube-system')}/configmaps/aws-auth`;
  const api = fakeKubernetesApi({
    list: async () => [],
    read: async <Item>(target: Target) => objects.get(pathIn(target)) as Item | undefined,
    async merge(target, body) {
      const at = pathIn(target);
      calls.push(`merge ${at}`);
      objects.set(at, { ...objects.get(at), ...(body as Fields) });
    },
    async remove(target) {
      const at = pathIn(target);
      calls.push(`remove ${at}`);
      return objects.delete(at);
    },
  });
  return {
    api,
    calls,
    put: (name: string, labels: Readonly<Record<string, string>>) =>
      void objects.set(path(name), { metadata: { name, labels } }),
    has: (name: string) => objects.has(path(name)),
    setMapRoles: (mapRoles: string) => void objects.set(awsAuth, { data: { mapRoles } }),
    mapRoles: () => (objects.get(awsAuth)?.['data'] as { mapRoles: string } | undefined)?.mapRoles,
  };
}

function pathIn(target: Target): string {
  if (typeof target === 'string') return target;
  const { apiVersion, kind, metadata } = target;
  return [apiVersion, kind, metadata?.namespace ?? '', metadata?.name].join('/');
}
