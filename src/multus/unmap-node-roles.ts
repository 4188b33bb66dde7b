import type { V1ConfigMap } from '@kubernetes/client-node';
import { ClusterError } from '../github/errors.ts';
import type { Log } from '../github/log.ts';
import { isTransient, statusOf } from '../kubernetes/api-error.ts';
import type { PlainApi } from '../kubernetes/plain-api.ts';
import type { Clock } from '../kubernetes/poll.ts';
import { retrying } from '../kubernetes/retry.ts';
import { removeNodeRoles } from './remove-node-roles.ts';
import { textDiff } from './text-diff.ts';

const PATH = '/api/v1/namespaces/kube-system/configmaps/aws-auth';
const ATTEMPTS = 20;

/**
 * Takes the rows of node roles that are gone out of the ConfigMap aws-auth: writes only `mapRoles`, and only if nobody
 * has written in between; otherwise it starts again.
 *
 * @returns the roles whose rows were removed, as they stood there.
 * @throws ApiError when the API server refuses; ClusterError when the text cannot be read, or keeps changing.
 */
export async function unmapNodeRoles(
  api: PlainApi,
  roleArns: readonly string[],
  log: Log,
  clock: Clock,
): Promise<readonly string[]> {
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    const current = await retrying(() => api.read<V1ConfigMap>(PATH), clock);
    const before = current?.data?.['mapRoles'] ?? '';
    const { mapRoles, removed } = removeNodeRoles(before, roleArns);
    if (removed.length === 0) return removed;
    const { resourceVersion } = current?.metadata ?? {};
    const body = { metadata: { resourceVersion }, data: { mapRoles } };
    if (await retrying(() => written(api, body), clock, isTransient)) {
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
async function written(api: PlainApi, body: object): Promise<boolean> {
  try {
    await api.merge(PATH, body);
    return true;
  } catch (error) {
    if (statusOf(error) === 409 || statusOf(error) === 404) return false;
    throw error;
  }
}
