import type { V1ConfigMap } from '@kubernetes/client-node';
import type { Clock } from '../core/clock.ts';
import { ClusterError } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import { type KubernetesApi, OUR_LABELS, retryRequest } from '../kubernetes/api.ts';
import { statusOf } from '../kubernetes/api-error.ts';
import type { Connection } from '../kubernetes/connection.ts';

import { type AwsAuthMerge, mergeNodeRoles, removeNodeRoles, textDiff } from './rows.ts';

const AWS_AUTH = { namespace: 'kube-system', name: 'aws-auth' } as const;
const COLLECTION = '/api/v1/namespaces/kube-system/configmaps';
const PATH = `${COLLECTION}/aws-auth`;
/** Enough for many writers at once; each attempt is two requests. */
const ATTEMPTS = 20;

export interface RoleMapping {
  readonly changed: boolean;
  /** The changed part of mapRoles, added lines with `+`; empty when nothing changed. */
  readonly diff: readonly string[];
}

/**
 * Maps node roles in the ConfigMap aws-auth: reads it, merges, and writes only `mapRoles`, and only if
 * nobody has written in between; otherwise it starts again. Creates the ConfigMap when there is none.
 */
export async function mapNodeRoles(
  { api }: Connection,
  roleArns: readonly string[],
  log: Log,
  clock: Clock,
): Promise<RoleMapping> {
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    const current = await api.read<V1ConfigMap>(PATH);
    const before = current?.data?.['mapRoles'] ?? '';
    const merge = mergeNodeRoles(before, roleArns);
    const unchanged = merge.added.length === 0;
    if (unchanged || (await retryRequest(() => written(api, current, merge), clock))) {
      for (const warning of merge.warnings) log.warn(warning);
      const diff = unchanged ? [] : textDiff(before, merge.mapRoles);
      log.info(
        unchanged ? 'aws-auth maps the node roles already' : ['aws-auth:', ...diff].join('\n'),
      );
      return { changed: !unchanged, diff };
    }
    log.info('aws-auth was changed by somebody else meanwhile; merging again');
    await clock.sleep(50 + Math.random() * 100 * attempt);
  }
  throw new ClusterError({
    resource: 'configmap kube-system/aws-auth',
    reason: `it changed ${ATTEMPTS} times while it was being merged`,
    nextStep: 'find out what keeps writing it (managedFields names the writers), then run again',
  });
}

/** False when somebody else was quicker. */
async function written(
  api: KubernetesApi,
  current: V1ConfigMap | undefined,
  { mapRoles }: AwsAuthMerge,
): Promise<boolean> {
  const base = { apiVersion: 'v1', kind: 'ConfigMap', data: { mapRoles } };
  const created = { ...base, metadata: { ...AWS_AUTH, labels: OUR_LABELS } };
  const resourceVersion = current?.metadata?.resourceVersion ?? '';
  const changed = { ...base, metadata: { ...AWS_AUTH, resourceVersion } };
  try {
    await (current === undefined ? api.create(COLLECTION, created) : api.merge(PATH, changed));
    return true;
  } catch (error) {
    if (statusOf(error) === 409 || statusOf(error) === 404) return false;
    throw error;
  }
}

/**
 * Takes the rows of node roles that are gone out of the ConfigMap aws-auth: writes only `mapRoles`, and only if nobody
 * has written in between; otherwise it starts again.
 *
 * @returns the roles whose rows were removed, as they stood there.
 * @throws ApiError when the API server refuses; ClusterError when the text cannot be read, or keeps changing.
 */
export async function unmapNodeRoles(
  api: KubernetesApi,
  roleArns: readonly string[],
  log: Log,
  clock: Clock,
): Promise<readonly string[]> {
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    const current = await api.read<V1ConfigMap>(PATH);
    const before = current?.data?.['mapRoles'] ?? '';
    const { mapRoles, removed } = removeNodeRoles(before, roleArns);
    if (removed.length === 0) return removed;
    const { resourceVersion } = current?.metadata ?? {};
    const body = { metadata: { resourceVersion }, data: { mapRoles } };
    if (await retryRequest(() => rowsRemoved(api, body), clock)) {
      log.info(['aws-auth:', ...textDiff(before, mapRoles)].join('\n'));
      return removed;
    }
    await clock.sleep(50 + Math.random() * 100 * attempt);
  }
  throw new ClusterError({
    resource: 'configmap kube-system/aws-auth',
    reason: `it changed ${ATTEMPTS} times while rows were being removed`,
    nextStep: 'find out what keeps writing it (managedFields names the writers), then run again',
  });
}

/** False when somebody else was quicker. */
async function rowsRemoved(api: KubernetesApi, body: object): Promise<boolean> {
  try {
    await api.merge(PATH, body);
    return true;
  } catch (error) {
    if (statusOf(error) === 409 || statusOf(error) === 404) return false;
    throw error;
  }
}
