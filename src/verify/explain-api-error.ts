import { ClusterError } from '../github/errors.ts';
import { isTransient, reasonOf, statusOf } from '../kubernetes/api-error.ts';

/** Puts what an API server refused or did not answer into words; other errors stay as they are. */
export function explainApiError(error: unknown, cluster: string): unknown {
  if (statusOf(error) === undefined && !isTransient(error)) return error;
  return new ClusterError({
    resource: `cluster ${cluster}`,
    reason: `the API server did not do what it was asked: ${reasonOf(error)}`,
    nextStep:
      'run the job again; if it stays so, look at the state of the API server and at the permissions that the README of verify lists',
    cause: error,
  });
}
