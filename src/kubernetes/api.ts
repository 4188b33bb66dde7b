import type { KubernetesObject, V1APIResourceList } from '@kubernetes/client-node';
import { retry } from '../core/retry.ts';
import {
  ApiError,
  ForeignAnswer,
  mayPass,
  statusOf,
  tellsMore,
  unlessStatus,
} from './api-error.ts';
import type { RequestPatience } from './patience.ts';
import type { Query, Rest } from './rest.ts';

/** Under this name the API server records which fields are ours. */
export const FIELD_MANAGER = 'eks-multus-actions';

/** Every object that we put into a cluster has this label. */
export const OUR_LABELS = { 'app.kubernetes.io/managed-by': 'eks-multus-actions' } as const;

/** One object: its path, such as `/api/v1/nodes/a`, or its kind and name. */
export type Target = string | KubernetesObject;

/** Preconditions of a deletion, and how long the object has to shut down. */
export interface RemoveOptions {
  readonly uid?: string | undefined;
  readonly resourceVersion?: string | undefined;
  readonly gracePeriodSeconds?: number;
}

/**
 * The objects of one API server. A collection is a path such as `/api/v1/services`. Requests that only read or delete,
 * and `apply`, are sent again until the deadline while the API server is busy or out of reach; `apply` also after a
 * conflict.
 *
 * Every operation throws ApiError when the API server refuses, and the connection's error when there is no answer.
 */
export interface KubernetesApi {
  /** Undefined when the object, or its kind, does not exist. */
  read<T>(target: Target, query?: Query): Promise<T | undefined>;
  /** As `read`, for an object that must exist. */
  get<T>(target: Target, query?: Query): Promise<T>;
  /** Empty when the API server does not know the kind. */
  list<T>(collection: string, query?: Query): Promise<readonly T[]>;
  create<T>(collection: string, object: T): Promise<T>;
  /**
   * Server-side apply: creates the object, or sets the fields that it names. Takes them over from other appliers. With
   * `dryRun` nothing changes, and the result is what there would be.
   */
  apply<T extends KubernetesObject>(object: T, options?: { readonly dryRun: boolean }): Promise<T>;
  /** JSON merge patch: changes the fields that `body` names. */
  merge(target: Target, body: unknown): Promise<void>;
  replace<T>(path: string, object: T): Promise<T>;
  /** False when the object does not exist. */
  remove(target: Target, options?: RemoveOptions): Promise<boolean>;
  /** Deletes the objects of a collection that a selector in the query selects. */
  removeAll(collection: string, query: Query): Promise<void>;
  /**
   * Makes a call again until the deadline while the API server is busy or out of reach, and a few times after an error
   * for which `collided` is true. Only for calls that may be made twice.
   */
  repeat<T>(call: () => Promise<T>, collided?: (error: unknown) => boolean): Promise<T>;
}

/**
 * The calls to one API server.
 *
 * @param rest sends one request
 * @param patience until when a call that may be repeated is repeated
 */
export function kubernetesApi(rest: Rest, patience: RequestPatience): KubernetesApi {
  const repeat = repeatUntil(patience);
  const send: Rest = (request) => {
    const repeatable = request.method === 'GET' || request.method === 'DELETE';
    return repeatable ? repeat(() => rest(request)) : rest(request);
  };
  const pathOf = pathFinder(send);
  const query = { fieldManager: FIELD_MANAGER };
  const get = async <T>(target: Target, selection: Query = {}) =>
    send<T>({ method: 'GET', path: await pathOf(target), query: selection });
  const read = <T>(target: Target, selection?: Query) =>
    unlessStatus([404], () => get<T>(target, selection));
  return {
    get,
    read,
    async list<T>(collection: string, selection?: Query) {
      const found = await read<{ readonly items: readonly T[] }>(collection, selection);
      return found?.items ?? [];
    },
    create: (path, body) => send({ method: 'POST', path, query, body }),
    async apply(object, { dryRun } = { dryRun: false }) {
      const path = await pathOf(object);
      const force = { ...query, force: true, ...(dryRun ? { dryRun: 'All' } : {}) };
      const request = { method: 'PATCH', path, query: force, body: object } as const;
      return repeat(() => send({ ...request, contentType: APPLY_PATCH }), isConflict);
    },
    async merge(target, body) {
      const path = await pathOf(target);
      await send({ method: 'PATCH', path, query, body, contentType: MERGE_PATCH });
    },
    replace: (path, body) => send({ method: 'PUT', path, query, body }),
    async remove(target, options) {
      const body = options && deleteOptions(options);
      const answer = await unlessStatus([404], async () =>
        send({ method: 'DELETE', path: await pathOf(target), body }),
      );
      return answer !== undefined;
    },
    async removeAll(path, selection) {
      await send({ method: 'DELETE', path, query: selection });
    },
    repeat,
  };
}

/** Server-side apply takes YAML, and JSON is YAML. */
const APPLY_PATCH = 'application/apply-patch+yaml';
export const MERGE_PATCH = 'application/merge-patch+json';

function deleteOptions({ gracePeriodSeconds, ...preconditions }: RemoveOptions) {
  return { preconditions, ...(gracePeriodSeconds === undefined ? {} : { gracePeriodSeconds }) };
}

/** True for a conflict of two writers: the caller may read again and write again. */
export function isConflict(error: unknown): boolean {
  return statusOf(error) === 409;
}

/** How often a call is made while it collides with those of others. */
const COLLISIONS = 5;
const LONGEST_PAUSE_MS = 5_000;
/** What an API server asks for at most: see `retry`. Gateways may ask for hours, and are asked again. */
const LONGEST_RETRY_AFTER_MS = 32_000;

function repeatUntil(patience: RequestPatience): KubernetesApi['repeat'] {
  const { clock } = patience;
  return (call, collided = () => false) => {
    let collisions = 0;
    let reason: unknown;
    const again = (error: unknown) => {
      if (mayPass(error)) {
        reason = tellsMore(error, reason);
        patience.onWait?.(error);
        return true;
      }
      collisions += 1;
      return collided(error) && collisions < COLLISIONS;
    };
    const policy = { clock, deadline: patience.deadline(), firstPauseMs: 250 };
    const pauses = { longestPauseMs: LONGEST_PAUSE_MS, retryAfterMs: pauseAsked };
    return retry(call, { ...policy, ...pauses, mayPass: again }).catch((error: unknown) => {
      throw tellsMore(error, reason);
    });
  };
}

function pauseAsked(error: unknown): number | undefined {
  const known = error instanceof ApiError || error instanceof ForeignAnswer;
  const asked = known ? error.retryAfterMs : undefined;
  return asked === undefined ? undefined : Math.min(asked, LONGEST_RETRY_AFTER_MS);
}

type Resource = V1APIResourceList['resources'][number];

/** Finds the path of an object by its kind. Asks the API server once for the kinds of each API group. */
function pathFinder(rest: Rest): (target: Target) => Promise<string> {
  const known = new Map<string, readonly Resource[]>();

  async function resourceOf(base: string, kind: string): Promise<Resource> {
    const cached = find(known.get(base) ?? [], kind);
    if (cached !== undefined) return cached;
    // A definition that was just applied brings new kinds, so an unknown kind is looked up again.
    const list = await rest<V1APIResourceList>({ method: 'GET', path: base });
    known.set(base, list.resources);
    const found = find(list.resources, kind);
    if (found === undefined) throw new ApiError(404, { message: `no kind ${kind} in ${base}` });
    return found;
  }

  return async (target) => {
    if (typeof target === 'string') return target;
    const { apiVersion = 'v1', kind = '', metadata } = target;
    const base = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
    const { name, namespaced } = await resourceOf(base, kind);
    const namespace = metadata?.namespace ?? 'default';
    const collection = namespaced ? `${base}/namespaces/${namespace}/${name}` : `${base}/${name}`;
    return `${collection}/${encodeURIComponent(metadata?.name ?? '')}`;
  };
}

/** Subresources have the same kind and a `/` in their name. */
function find(resources: readonly Resource[], kind: string): Resource | undefined {
  return resources.find((resource) => resource.kind === kind && !resource.name.includes('/'));
}
