import type {
  CoreV1Event,
  KubernetesObject,
  V1APIResourceList,
  V1ConfigMap,
  V1DaemonSet,
  V1Node,
  V1Pod,
} from '@kubernetes/client-node';
import { ApiError, statusOf } from './api-error.ts';
import type { Query, Rest } from './rest.ts';

/** Under this name the API server records which fields are ours. */
export const FIELD_MANAGER = 'eks-multus-actions';

/** Every object that we put into a cluster carries this. */
export const OUR_LABELS = { 'app.kubernetes.io/managed-by': 'eks-multus-actions' } as const;

/** Objects of any kind. Where they are on the API server, it says itself. */
export interface Objects {
  read<T extends KubernetesObject>(object: KubernetesObject): Promise<T>;
  create<T extends KubernetesObject>(object: T, query: Query): Promise<T>;
  /** `type` is the media type of the patch, which is the object itself. */
  patch<T extends KubernetesObject>(object: T, type: PatchType, query: Query): Promise<T>;
  /** Deletes it if it still has the uid and the resource version that `object` has. */
  remove(object: KubernetesObject): Promise<void>;
}

export const PATCH_TYPES = {
  /** Server-side apply. JSON is YAML. */
  apply: 'application/apply-patch+yaml',
  merge: 'application/merge-patch+json',
} as const;
export type PatchType = (typeof PATCH_TYPES)[keyof typeof PATCH_TYPES];

type Resource = V1APIResourceList['resources'][number];

/** Objects by way of `rest`; what kinds there are is asked once for each API group. */
export function objectsOf(rest: Rest): Objects {
  const known = new Map<string, readonly Resource[]>();

  async function resourceOf(base: string, kind: string): Promise<Resource> {
    const inCache = find(known.get(base) ?? [], kind);
    if (inCache !== undefined) return inCache;
    // A definition that was applied a moment ago brings new kinds with it, so what is not known is asked for.
    const list = await rest<V1APIResourceList>({ method: 'GET', path: base });
    known.set(base, list.resources);
    const found = find(list.resources, kind);
    if (found === undefined) throw new ApiError(404, { message: `no kind ${kind} in ${base}` });
    return found;
  }

  async function pathOf(object: KubernetesObject): Promise<string> {
    const { apiVersion = 'v1', kind = '', metadata } = object;
    const base = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
    const { name, namespaced } = await resourceOf(base, kind);
    return namespaced
      ? `${base}/namespaces/${metadata?.namespace ?? 'default'}/${name}`
      : `${base}/${name}`;
  }

  return {
    read: async (object) =>
      rest({ method: 'GET', path: `${await pathOf(object)}/${nameIn(object)}` }),
    create: async (object, query) =>
      rest({ method: 'POST', path: await pathOf(object), query, body: object }),
    patch: async (object, type, query) => {
      const path = `${await pathOf(object)}/${nameIn(object)}`;
      return rest({ method: 'PATCH', path, query, body: object, contentType: type });
    },
    remove: async (object) => {
      const { uid, resourceVersion } = object.metadata ?? {};
      const body = { preconditions: { uid, resourceVersion } };
      await rest({ method: 'DELETE', path: `${await pathOf(object)}/${nameIn(object)}`, body });
    },
  };
}

/** Subresources have the same kind and a `/` in their name. */
function find(resources: readonly Resource[], kind: string): Resource | undefined {
  return resources.find((resource) => resource.kind === kind && !resource.name.includes('/'));
}

function nameIn({ metadata }: KubernetesObject): string {
  return encodeURIComponent(metadata?.name ?? '');
}

/** Objects of any kind, by their paths. */
export interface PlainApi {
  /** The items of a list, such as `/api/v1/services`; none when the API server does not know the kind. */
  list<Item>(path: string): Promise<readonly Item[]>;
  /** One object; undefined when it is not there. */
  read<Item>(path: string): Promise<Item | undefined>;
  /** Changes the fields of one object that `body` names (JSON merge patch). */
  merge(path: string, body: unknown): Promise<void>;
  /** Deletes one object; it is fine if it is gone. */
  remove(path: string): Promise<void>;
}

/** @throws ApiError when the API server refuses; the error of the connection when there is no answer. */
export function plainApi(rest: Rest): PlainApi {
  return {
    async list<Item>(path: string) {
      const found = await unlessMissing(() => rest<List<Item>>({ method: 'GET', path }));
      return found?.items ?? [];
    },
    read: (path) => unlessMissing(() => rest({ method: 'GET', path })),
    async merge(path, body) {
      const query = { fieldManager: FIELD_MANAGER };
      await rest({ method: 'PATCH', path, query, body, contentType: PATCH_TYPES.merge });
    },
    async remove(path) {
      await unlessMissing(() => rest({ method: 'DELETE', path }));
    },
  };
}

async function unlessMissing<T>(call: () => Promise<T>): Promise<T | undefined> {
  try {
    return await call();
  } catch (error) {
    if (statusOf(error) === 404) return undefined;
    throw error;
  }
}

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
