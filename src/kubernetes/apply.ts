import type { KubernetesObject } from '@kubernetes/client-node';
import { parseAllDocuments } from 'yaml';
import { ClusterError } from '../github/errors.ts';
import { isTransient, reasonOf, statusOf } from './api-error.ts';
import type { Connection } from './connection.ts';
import { PATCH_TYPES } from './objects.ts';
import { type Clock, systemClock } from './poll.ts';
import { retrying } from './retry.ts';

/** Under this name the API server records which fields are ours. */
export const FIELD_MANAGER = 'eks-multus-actions';

/** Every object that we put into a cluster carries this. */
export const OUR_LABELS = { 'app.kubernetes.io/managed-by': 'eks-multus-actions' } as const;

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
 * Puts an object into the cluster by server-side apply: creates it, or makes the fields that it names
 * what it says and leaves all others as they are. Doing it twice changes nothing. Fields that somebody
 * else applied become ours.
 *
 * @returns the object as the cluster has it now.
 * @throws ClusterError with the API server's reason.
 */
export async function apply<T extends KubernetesObject>(
  connection: Connection,
  object: T,
  clock: Clock = systemClock,
): Promise<T> {
  const { objects } = connection;
  const send = () =>
    objects.patch(object, PATCH_TYPES.apply, { fieldManager: FIELD_MANAGER, force: true });
  try {
    return await retrying(send, clock, mayPass);
  } catch (error) {
    throw refused(object, error);
  }
}

/** 409 is another writer at the same moment: force means that ownership is never the conflict. */
function mayPass(error: unknown): boolean {
  return isTransient(error) || statusOf(error) === 409;
}

/** `daemonset kube-system/kube-multus-ds`: how messages name an object. */
export function nameOf({ kind, metadata }: KubernetesObject): string {
  const namespace = metadata?.namespace === undefined ? '' : `${metadata.namespace}/`;
  return `${(kind ?? 'object').toLowerCase()} ${namespace}${metadata?.name ?? ''}`;
}

/** What to say when the API server does not take an object. */
export function refused(object: KubernetesObject, cause: unknown): ClusterError {
  const forbidden = statusOf(cause) === 403;
  return new ClusterError({
    resource: nameOf(object),
    reason: `the API server refused it (${reasonOf(cause)})`,
    nextStep: forbidden
      ? 'give the identity of this job the right to change this kind of object'
      : 'read the reason: it names the field, the webhook or the quota that stands in the way',
    cause,
  });
}
