import { isMarkOfOwner } from './owner.ts';

/** What an API server sets: https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/object-meta/ */
const SET_BY_SERVER: ReadonlySet<string> = new Set([
  'resourceVersion',
  'uid',
  'generation',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
  'managedFields',
  'selfLink',
  'ownerReferences',
]);
const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

export interface Cleaned {
  readonly object: unknown;
  /** The fields that were left out. */
  readonly removed: readonly string[];
}

/**
 * An object without what belongs to it in one cluster only: fields of the server, its status, and marks of tools that
 * manage it there. Pure.
 */
export function cleaned(value: unknown): Cleaned {
  if (!isRecord(value)) return { object: value, removed: [] };
  const { status, metadata, ...rest } = value;
  if (!isRecord(metadata)) return { object: value, removed: [] };
  const { labels, annotations } = metadata;
  const removed = [
    ...(status === undefined ? [] : ['status']),
    ...Object.keys(metadata)
      .filter((key) => SET_BY_SERVER.has(key))
      .map((key) => `metadata.${key}`),
    ...marksIn(labels).map((key) => `label ${key}`),
    ...marksIn(annotations).map((key) => `annotation ${key}`),
  ];
  const kept = Object.entries(metadata).filter(([key]) => !SET_BY_SERVER.has(key));
  const cleaner = kept.map(([key, one]) =>
    key === 'labels' || key === 'annotations' ? [key, withoutMarks(one)] : [key, one],
  );
  return { object: { ...rest, metadata: Object.fromEntries(cleaner) }, removed };
}

function marksIn(texts: unknown): readonly string[] {
  return isRecord(texts) ? Object.keys(texts).filter(isMark) : [];
}

function withoutMarks(texts: unknown): unknown {
  if (!isRecord(texts)) return texts;
  return Object.fromEntries(Object.entries(texts).filter(([key]) => !isMark(key)));
}

function isMark(key: string): boolean {
  return key === LAST_APPLIED || isMarkOfOwner(key);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
