import type { KubernetesObject, V1APIResourceList } from '@kubernetes/client-node';
import { ApiError, type Query, type Rest } from './rest.ts';

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
