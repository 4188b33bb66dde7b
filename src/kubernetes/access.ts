import type { V1SelfSubjectAccessReview, V1SelfSubjectReview } from '@kubernetes/client-node';
import { ClusterError, isExplained } from '../github/errors.ts';
import type { Log } from '../github/log.ts';
import { codeOf, isTransient, reasonOf, statusOf } from './api-error.ts';
import { notAdmitted } from './not-admitted.ts';
import { type Clock, until } from './poll.ts';
import type { Rest } from './rest.ts';

const IDENTITY = '/apis/authentication.k8s.io/v1/selfsubjectreviews';
const ACCESS = '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews';

/** Something that one may be allowed to do: `patch daemonsets.apps in kube-system`. */
export interface Access {
  readonly verb: string;
  readonly resource: string;
  readonly group?: string;
  readonly namespace?: string;
  readonly subresource?: string;
}

interface Asking {
  readonly cluster: string;
  /** The IAM role that the job uses, when it is known. */
  readonly roleArn?: string | undefined;
  readonly log: Log;
  readonly clock: Clock;
  readonly deadline: number;
}

/**
 * Asks the API server who we are, until it says so or the deadline passes.
 *
 * @throws ClusterError saying why not, and what to do about it.
 */
export async function awaitIdentity(rest: Rest, asking: Asking): Promise<string> {
  let last: unknown;
  const user = await until(async () => {
    try {
      const review = await rest<V1SelfSubjectReview>({ method: 'POST', path: IDENTITY, body: {} });
      return review.status?.userInfo?.username ?? 'an unnamed user';
    } catch (error) {
      if (isExplained(error)) throw error;
      if (!isRefusal(error) && !isTransient(error)) throw noAnswer(asking.cluster, error);
      if (last === undefined) asking.log.info(`Not let in yet (${reasonOf(error)}); trying again`);
      last = error;
      return undefined;
    }
  }, asking);
  if (user !== undefined) return user;
  throw isRefusal(last)
    ? notAdmitted({ cluster: asking.cluster, roleArn: asking.roleArn, cause: last })
    : noAnswer(asking.cluster, last);
}

/** Asks the API server whether we may do something, until it says yes or the deadline passes. */
export async function awaitAccess(
  rest: Rest,
  access: Access,
  asking: Asking & { readonly user: string },
): Promise<void> {
  const allowed = await until(async () => {
    const body = { spec: { resourceAttributes: { ...access } } };
    const review = await rest<V1SelfSubjectAccessReview>({ method: 'POST', path: ACCESS, body });
    return review.status?.allowed === true ? true : undefined;
  }, asking);
  if (allowed) return;
  throw new ClusterError({
    resource: `cluster ${asking.cluster}`,
    reason: `user ${asking.user} may not ${describe(access)}`,
    nextStep:
      'associate the access policy AmazonEKSClusterAdminPolicy with the access entry of this identity, or bind a role that allows it',
  });
}

function describe({ verb, resource, group, namespace, subresource }: Access): string {
  const name = `${resource}${subresource === undefined ? '' : `/${subresource}`}`;
  const full = group === undefined ? name : `${name}.${group}`;
  return `${verb} ${full}${namespace === undefined ? '' : ` in ${namespace}`}`;
}

function isRefusal(error: unknown): boolean {
  const status = statusOf(error);
  return status === 401 || status === 403;
}

function noAnswer(cluster: string, cause: unknown): ClusterError {
  const untrusted = /CERT|SIGNATURE|ISSUER|TLS|SSL/.test(codeOf(cause) ?? '');
  return new ClusterError({
    resource: `cluster ${cluster}`,
    reason: `no usable answer from the API server (${reasonOf(cause)})`,
    nextStep: untrusted
      ? 'check cluster-certificate-authority: it must be the base64 text that EKS gives for this cluster'
      : 'check that the endpoint is that of a running cluster and that this runner may reach it (public access CIDRs)',
    cause,
  });
}
