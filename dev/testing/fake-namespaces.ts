import type { PlainApi } from '../../src/kubernetes/objects.ts';

type Fields = Readonly<Record<string, unknown>>;

/** A cluster's API in memory, with namespaces and aws-auth; what is deleted is gone at once. */
export function fakeNamespaces() {
  const objects = new Map<string, Fields>();
  const calls: string[] = [];
  const path = (name: string) => `/api/v1/namespaces/${name}`;
  const awsAuth = `${path('kube-system')}/configmaps/aws-auth`;
  const api: PlainApi = {
    list: async () => [],
    read: async <Item>(at: string) => objects.get(at) as Item | undefined,
    async merge(at, body) {
      calls.push(`merge ${at}`);
      objects.set(at, { ...objects.get(at), ...(body as Fields) });
    },
    async remove(at) {
      calls.push(`remove ${at}`);
      objects.delete(at);
    },
  };
  return {
    ...{ api, calls },
    put: (name: string, labels: Readonly<Record<string, string>>) =>
      void objects.set(path(name), { metadata: { name, labels } }),
    has: (name: string) => objects.has(path(name)),
    setMapRoles: (mapRoles: string) => void objects.set(awsAuth, { data: { mapRoles } }),
    mapRoles: () => (objects.get(awsAuth)?.['data'] as { mapRoles: string } | undefined)?.mapRoles,
  };
}
