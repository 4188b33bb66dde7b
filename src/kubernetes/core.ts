import type { CoreV1Event, V1ConfigMap, V1DaemonSet, V1Node, V1Pod } from '@kubernetes/client-node';
import type { Query, Rest } from './rest.ts';

/** A list, as the API server gives it. */
export interface List<Item> {
  readonly items: Item[];
}

interface Named {
  readonly name: string;
  readonly namespace: string;
}

interface Selected {
  readonly namespace: string;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
}

/** What the actions ask of the API group `v1`. */
export interface Core {
  listNode(selected?: { readonly labelSelector?: string }): Promise<List<V1Node>>;
  listPodForAllNamespaces(selected: { readonly labelSelector: string }): Promise<List<V1Pod>>;
  listNamespacedPod(selected: Selected): Promise<List<V1Pod>>;
  listNamespacedEvent(selected: Selected): Promise<List<CoreV1Event>>;
  readNamespacedPod(named: Named): Promise<V1Pod>;
  readNamespacedPodLog(
    named: Named & { readonly container: string; readonly tailLines: number },
  ): Promise<string>;
  readNamespacedConfigMap(named: Named): Promise<V1ConfigMap>;
  createNamespacedPod(
    request: { readonly namespace: string; readonly body: V1Pod } & {
      readonly fieldManager: string;
    },
  ): Promise<V1Pod>;
  deleteNamespacedPod(request: Named & { readonly body?: unknown }): Promise<unknown>;
  deleteCollectionNamespacedPod(
    request: Selected & { readonly gracePeriodSeconds?: number },
  ): Promise<unknown>;
}

/** What the actions ask of the API group `apps/v1`. */
export interface Apps {
  readNamespacedDaemonSet(named: Named): Promise<V1DaemonSet>;
}

export function coreOf(rest: Rest): Core {
  const get = <Answer>(path: string, query: Query = {}) =>
    rest<Answer>({ method: 'GET', path: `/api/v1/${path}`, query });
  const pods = (namespace: string) => `namespaces/${namespace}/pods`;
  return {
    listNode: (selected) => get('nodes', { ...selected }),
    listPodForAllNamespaces: (selected) => get('pods', { ...selected }),
    listNamespacedPod: ({ namespace, ...query }) => get(pods(namespace), query),
    listNamespacedEvent: ({ namespace, ...query }) => get(`namespaces/${namespace}/events`, query),
    readNamespacedPod: ({ namespace, name }) => get(`${pods(namespace)}/${name}`),
    readNamespacedPodLog: ({ namespace, name, ...query }) =>
      get(`${pods(namespace)}/${name}/log`, query),
    readNamespacedConfigMap: ({ namespace, name }) =>
      get(`namespaces/${namespace}/configmaps/${name}`),
    createNamespacedPod: ({ namespace, body, ...query }) =>
      rest({ method: 'POST', path: `/api/v1/${pods(namespace)}`, query, body }),
    deleteNamespacedPod: ({ namespace, name, body }) =>
      rest({ method: 'DELETE', path: `/api/v1/${pods(namespace)}/${name}`, body }),
    deleteCollectionNamespacedPod: ({ namespace, ...query }) =>
      rest({ method: 'DELETE', path: `/api/v1/${pods(namespace)}`, query }),
  };
}

export function appsOf(rest: Rest): Apps {
  return {
    readNamespacedDaemonSet: ({ namespace, name }) =>
      rest({ method: 'GET', path: `/apis/apps/v1/namespaces/${namespace}/daemonsets/${name}` }),
  };
}
