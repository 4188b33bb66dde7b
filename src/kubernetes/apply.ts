import type {
  KubernetesObject,
  V1CustomResourceDefinition,
  V1ManagedFieldsEntry,
  V1Namespace,
} from '@kubernetes/client-node';
import { parseAllDocuments } from 'yaml';
import { ClusterError } from '../core/errors.ts';
import { type Patience, until } from '../core/retry.ts';
import { FIELD_MANAGER, isConflict, OUR_LABELS } from './api.ts';
import { isAboutObject, reasonOf } from './api-error.ts';
import type { Connection } from './connection.ts';
import { refusalAdvice } from './explain.ts';

/** The objects of a manifest, in order, with our label added. Pure. */
export function readManifest(text: string): readonly KubernetesObject[] {
  return parseAllDocuments(text).flatMap((document) => {
    if (document.errors.length > 0) throw document.errors[0];
    const object = document.toJS() as KubernetesObject | null;
    return object === null ? [] : [labelled(object)];
  });
}

function labelled(object: KubernetesObject): KubernetesObject {
  const labels = { ...object.metadata?.labels, ...OUR_LABELS };
  return { ...object, metadata: { ...object.metadata, labels } };
}

/**
 * Puts an object into the cluster by server-side apply: creates it, or sets the fields that it names. All other fields
 * stay as they are. Applying it twice changes nothing. Fields that somebody else applied become ours.
 *
 * @returns the object as the cluster has it now.
 * @throws ClusterError with the API server's reason.
 */
export async function apply<T extends KubernetesObject>(
  { api }: Connection,
  object: T,
): Promise<T> {
  try {
    return await api.apply(object);
  } catch (error) {
    throw refused(object, error);
  }
}

/** An object's name in messages: `daemonset kube-system/kube-multus-ds`. */
export function nameOf({ kind, metadata }: KubernetesObject): string {
  const namespace = metadata?.namespace === undefined ? '' : `${metadata.namespace}/`;
  return `${(kind ?? 'object').toLowerCase()} ${namespace}${metadata?.name ?? ''}`;
}

/**
 * The error for an object that the API server refuses, or fails to take. An error that says nothing about the object
 * stays as it is: the connection explains it.
 */
export function refused(object: KubernetesObject, cause: unknown): unknown {
  return isAboutObject(cause)
    ? new ClusterError({
        resource: nameOf(object),
        reason: `the API server refused it (${reasonOf(cause)})`,
        nextStep: refusalAdvice(cause),
        cause,
      })
    : cause;
}

/** Whether an object carries our label, or these. People who take an object over remove the label. */
export function isOurs(
  { metadata }: KubernetesObject,
  labels: Readonly<Record<string, string>> = OUR_LABELS,
): boolean {
  return Object.entries(labels).every(([key, value]) => metadata?.labels?.[key] === value);
}

/**
 * Deletes an object that carries our label, or these, and only in the version that was read. When somebody changes the object
 * meanwhile, as controllers do with its status, it is read again; an object that somebody has taken over stays.
 *
 * @returns true when it was deleted.
 * @throws ClusterError with the API server's reason.
 */
export async function removeIfOurs(
  { api }: Pick<Connection, 'api'>,
  object: KubernetesObject,
  labels: Readonly<Record<string, string>> = OUR_LABELS,
): Promise<boolean> {
  const remove = async () => {
    const found = await api.read<KubernetesObject>(object);
    if (found === undefined || !isOurs(found, labels)) return false;
    const { uid, resourceVersion } = found.metadata ?? {};
    return api.remove(object, { uid, resourceVersion });
  };
  try {
    return await api.repeat(remove, isConflict);
  } catch (error) {
    if (isConflict(error)) return false;
    if (!isAboutObject(error)) throw error;
    throw new ClusterError({
      resource: nameOf(object),
      reason: `the API server did not delete it (${reasonOf(error)})`,
      nextStep: refusalAdvice(error),
      cause: error,
    });
  }
}

/**
 * Takes over the fields that somebody has set by applying a manifest with kubectl. The next time that we apply our
 * manifest, the API server removes those that it does not name; otherwise a limit or a container of an earlier version
 * would stay. Fields of others (controllers, `kubectl rollout restart`) stay theirs. Changes only `managedFields`.
 *
 * @throws ClusterError with the API server's reason.
 */
export async function takeOver({ api }: Connection, object: KubernetesObject): Promise<void> {
  const { apiVersion = '', kind = '' } = object;
  const take = async () => {
    const { metadata } = (await api.read<KubernetesObject>(object)) ?? {};
    const managedFields = takenOver(metadata?.managedFields ?? []);
    if (managedFields === undefined) return;
    const { name = '', namespace = '', resourceVersion = '' } = metadata ?? {};
    const changed = { name, namespace, resourceVersion, managedFields };
    await api.merge(object, { apiVersion, kind, metadata: changed });
  };
  try {
    await api.repeat(take, isConflict);
  } catch (error) {
    throw refused(object, error);
  }
}

/** The managers of kubectl commands that send whole manifests. Commands that change a part have other managers. */
const WHOLE_MANIFESTS: ReadonlySet<string> = new Set([
  'kubectl',
  'kubectl-client-side-apply',
  'kubectl-create',
  'kubectl-replace',
]);

/** `managedFields` with kubectl's fields among ours. Undefined when kubectl has none. Pure. */
export function takenOver(
  entries: readonly V1ManagedFieldsEntry[],
): V1ManagedFieldsEntry[] | undefined {
  const theirs = entries.filter(
    ({ manager = '', subresource }) => WHOLE_MANIFESTS.has(manager) && !subresource,
  );
  if (theirs.length === 0) return undefined;
  const ours = entries.filter(
    ({ manager, operation }) => manager === FIELD_MANAGER && operation === 'Apply',
  );
  const taken = [...ours, ...theirs];
  const fieldsV1 = taken.map(fieldsOf).reduce(union);
  const { apiVersion = '' } = taken[0] ?? {};
  const entry = { manager: FIELD_MANAGER, operation: 'Apply', apiVersion, fieldsType: 'FieldsV1' };
  return [{ ...entry, fieldsV1 }, ...entries.filter((one) => !taken.includes(one))];
}

/** The labels or annotations of an object that only we have set. Pure. */
export function setByUs(
  { metadata }: KubernetesObject,
  what: 'labels' | 'annotations',
): ReadonlySet<string> {
  const [ours, theirs] = [new Set<string>(), new Set<string>()];
  for (const entry of metadata?.managedFields ?? []) {
    const keys = Object.keys(fieldsOf(entry)['f:metadata']?.[`f:${what}`] ?? {});
    for (const key of keys) (entry.manager === FIELD_MANAGER ? ours : theirs).add(key);
  }
  const names = [...ours].filter((key) => key.startsWith('f:') && !theirs.has(key));
  return new Set(names.map((key) => key.slice('f:'.length)));
}

/** The fields of one manager in `managedFields`: `{"f:spec": {"f:replicas": {}}}`. */
interface Fields {
  readonly [field: string]: Fields;
}

function fieldsOf({ fieldsV1 }: V1ManagedFieldsEntry): Fields {
  return (fieldsV1 ?? {}) as Fields;
}

function union(one: Fields, other: Fields): Fields {
  const names = new Set([...Object.keys(one), ...Object.keys(other)]);
  return Object.fromEntries(
    [...names].map((name) => [name, union(one[name] ?? {}, other[name] ?? {})]),
  );
}

/**
 * Waits until the API server serves the kind of a CustomResourceDefinition.
 *
 * @throws ClusterError when it does not in time.
 */
export async function awaitEstablished(
  { api }: Connection,
  name: string,
  patience: Patience,
): Promise<void> {
  const path = `/apis/apiextensions.k8s.io/v1/customresourcedefinitions/${name}`;
  const established = await until(
    async () => {
      const definition = await api.get<V1CustomResourceDefinition>(path);
      const condition = definition.status?.conditions?.find(({ type }) => type === 'Established');
      return condition?.status === 'True' ? true : undefined;
    },
    { ...patience, everyMs: 250 },
  );
  if (established) return;
  throw new ClusterError({
    resource: `customresourcedefinition ${name}`,
    reason: 'the API server does not serve it',
    nextStep: `look at its conditions: kubectl describe crd ${name}`,
  });
}

/**
 * Creates a namespace with our label and the given labels. An existing namespace must have all of them, because we
 * delete namespaces by these labels and must not delete somebody else's.
 *
 * @returns true when it was created, false when it existed.
 * @throws ClusterError when it lacks a label or is being deleted, or when the API server refuses.
 */
export async function ownNamespace(
  connection: Connection,
  name: string,
  labels: Readonly<Record<string, string>>,
): Promise<boolean> {
  const all = { ...labels, ...OUR_LABELS };
  const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels: all } };
  const found = await connection.api.read<V1Namespace>(namespace);
  if (found === undefined) {
    await apply(connection, namespace);
    return true;
  }
  const has = found.metadata?.labels;
  const missing = Object.entries(all).filter(([key, value]) => has?.[key] !== value);
  if (missing.length > 0) {
    const texts = missing.map(([key, value]) => `${key}=${value}`);
    throw notUsable(name, `it is there already, and lacks ${texts.join(', ')}`);
  }
  if (found.status?.phase === 'Terminating') throw notUsable(name, 'it is being deleted');
  return false;
}

function notUsable(name: string, reason: string): ClusterError {
  return new ClusterError({
    resource: `namespace ${name}`,
    reason,
    nextStep: `wait until it is gone, or remove it if nobody needs it (kubectl delete namespace ${name}); or give the environment another name`,
  });
}
