import type { KubernetesObject, V1ManagedFieldsEntry } from '@kubernetes/client-node';
import { FIELD_MANAGER } from './apply.ts';

/** The fields that somebody has set, as the API server books them: `{"f:spec": {"f:replicas": {}}}`. */
interface Fields {
  readonly [field: string]: Fields;
}

/** Under what names kubectl puts whole manifests into a cluster; when it changes a part it has other names. */
const WHOLE_MANIFESTS: ReadonlySet<string> = new Set([
  'kubectl',
  'kubectl-client-side-apply',
  'kubectl-create',
  'kubectl-replace',
]);

/** The labels or annotations of an object that we have set and nobody else has. Pure. */
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

/** The books of an object with kubectl's fields among ours; undefined when kubectl has none. Pure. */
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

function fieldsOf({ fieldsV1 }: V1ManagedFieldsEntry): Fields {
  return (fieldsV1 ?? {}) as Fields;
}

function union(one: Fields, other: Fields): Fields {
  const names = new Set([...Object.keys(one), ...Object.keys(other)]);
  return Object.fromEntries(
    [...names].map((name) => [name, union(one[name] ?? {}, other[name] ?? {})]),
  );
}
