import type { KubernetesApi } from '../../../src/kubernetes/api.ts';

/** An API server that knows these operations. All others fail. */
export function fakeKubernetesApi(operations: Partial<KubernetesApi>): KubernetesApi {
  const unexpected = () => Promise.reject(new Error('the test expects no such request'));
  return {
    read: unexpected,
    get: unexpected,
    list: unexpected,
    create: unexpected,
    apply: unexpected,
    merge: unexpected,
    replace: unexpected,
    remove: unexpected,
    removeAll: unexpected,
    ...operations,
  };
}
