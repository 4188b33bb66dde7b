import type {
  KubeConfig,
  V1SelfSubjectAccessReview,
  V1SelfSubjectReview,
} from '@kubernetes/client-node';
import type { CredentialProvider } from '../aws/credentials.ts';
import { type Clock, systemClock } from '../core/clock.ts';
import { CloudError, ClusterError, InputError, isExplained, messageOf } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import { codeOf, isTransient, until } from '../core/retry.ts';
import { type KubernetesApi, kubernetesApi } from './api.ts';
import { reasonOf, statusOf } from './api-error.ts';
import { tokenSource } from './eks-token.ts';
import { readKubeconfig, serverOf, tokenConfig } from './kubeconfig.ts';
import { type EksAddress, type Rest, restOf } from './rest.ts';

/** A cluster that is the current context of a kubeconfig file. */
export interface KubeconfigAddress {
  readonly kind: 'kubeconfig';
  readonly path: string;
}

export type ClusterAddress = EksAddress | KubeconfigAddress;

/** A permission: `patch daemonsets.apps in kube-system`. */
export interface Access {
  readonly verb: string;
  readonly resource: string;
  readonly group?: string;
  readonly namespace?: string;
  readonly subresource?: string;
}

export interface ConnectOptions {
  readonly log: Log;
  /** Signs the tokens for an EKS cluster. A kubeconfig has its own credentials. */
  readonly credentials: CredentialProvider;
  /** The IAM role of these credentials, for messages. */
  readonly roleArn?: string | undefined;
  /** The access that the caller needs. Checked before anything changes. */
  readonly needs?: readonly Access[];
  /** How long to retry while the cluster does not know the identity yet, in milliseconds. */
  readonly patienceMs?: number;
  readonly clock?: Clock;
}

/** A cluster that has accepted our identity. */
export interface Connection {
  /** The cluster's name, for messages. */
  readonly cluster: string;
  /** Our Kubernetes user. */
  readonly user: string;
  /** For web sockets (exec). */
  readonly config: KubeConfig;
  readonly api: KubernetesApi;
  /** For requests that `api` has no operation for. */
  readonly rest: Rest;
}

const DEFAULT_PATIENCE_MS = 90_000;

/**
 * Connects to a cluster and checks our identity, then the access in `needs`. The API server sees a new access entry
 * only after some seconds, so refusals are retried for a while.
 *
 * @throws InputError when a kubeconfig cannot be used.
 * @throws CloudError when there are no AWS credentials.
 * @throws ClusterError when the cluster does not answer, does not know us, or does not let us.
 */
export async function connect(
  address: ClusterAddress,
  options: ConnectOptions,
): Promise<Connection> {
  if (address.kind === 'eks') await checkCredentials(options.credentials);
  const config = configOf(address, options.credentials);
  const cluster = config.getCurrentCluster()?.name ?? '';
  const rest = restOf(serverOf(config));
  const clock = options.clock ?? systemClock;
  const deadline = clock.now() + (options.patienceMs ?? DEFAULT_PATIENCE_MS);
  const wait = { cluster, roleArn: options.roleArn, log: options.log, clock, deadline };
  const user = await awaitIdentity(rest, wait);
  options.log.info(`Connected to cluster ${cluster} as ${user}`);
  for (const access of options.needs ?? []) {
    await awaitAccess(rest, access, { ...wait, user });
  }
  return { cluster, user, config, api: kubernetesApi(rest, clock), rest };
}

/** Fetches the credentials once, so that a failure is not blamed on the cluster. */
async function checkCredentials(credentials: CredentialProvider): Promise<void> {
  try {
    await credentials();
  } catch (cause) {
    if (isExplained(cause)) throw cause;
    throw new CloudError({
      resource: 'AWS credentials',
      reason: messageOf(cause),
      nextStep:
        'set role-to-assume and give the job `permissions: { id-token: write }`, or get credentials in a step before this one',
      cause,
    });
  }
}

/** The kubeconfig for a cluster. Sends nothing. */
export function configOf(address: ClusterAddress, credentials: CredentialProvider): KubeConfig {
  if (address.kind === 'kubeconfig') return fromFile(address.path);
  const { name, endpoint, certificateAuthority, region } = address;
  const token = tokenSource(name, region, credentials);
  return tokenConfig({ cluster: name, url: endpoint, certificateAuthority, token });
}

function fromFile(path: string): KubeConfig {
  try {
    return readKubeconfig(path);
  } catch (error) {
    throw unusable(path, messageOf(error));
  }
}

function unusable(path: string, reason: string): InputError {
  const allowed = `the path of a readable kubeconfig with a current context (${reason})`;
  return new InputError([{ input: 'kubeconfig', value: path, allowed }]);
}

const IDENTITY = '/apis/authentication.k8s.io/v1/selfsubjectreviews';
const ACCESS = '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews';

/** Whom the API server must let in, and until when we try. */
interface AccessWait {
  readonly cluster: string;
  /** The IAM role that the job uses, when it is known. */
  readonly roleArn?: string | undefined;
  readonly log: Log;
  readonly clock: Clock;
  readonly deadline: number;
}

/**
 * Our user name, as soon as the API server accepts our identity.
 *
 * @throws ClusterError with the reason and the next step when it does not before the deadline.
 */
export async function awaitIdentity(rest: Rest, wait: AccessWait): Promise<string> {
  let last: unknown;
  const user = await until(async () => {
    try {
      const review = await rest<V1SelfSubjectReview>({ method: 'POST', path: IDENTITY, body: {} });
      return review.status?.userInfo?.username ?? 'an unnamed user';
    } catch (error) {
      if (isExplained(error)) throw error;
      if (!isRefusal(error) && !isTransient(error)) throw noAnswer(wait.cluster, error);
      if (last === undefined) wait.log.info(`Not let in yet (${reasonOf(error)}); trying again`);
      last = error;
      return undefined;
    }
  }, wait);
  if (user !== undefined) return user;
  throw isRefusal(last)
    ? notAdmitted({ cluster: wait.cluster, roleArn: wait.roleArn, cause: last })
    : noAnswer(wait.cluster, last);
}

/** Waits until the API server allows an access. Throws ClusterError at the deadline. */
export async function awaitAccess(
  rest: Rest,
  access: Access,
  wait: AccessWait & { readonly user: string },
): Promise<void> {
  const allowed = await until(async () => {
    const body = { spec: { resourceAttributes: { ...access } } };
    const review = await rest<V1SelfSubjectAccessReview>({ method: 'POST', path: ACCESS, body });
    return review.status?.allowed === true ? true : undefined;
  }, wait);
  if (allowed) return;
  throw new ClusterError({
    resource: `cluster ${wait.cluster}`,
    reason: `user ${wait.user} may not ${describe(access)}`,
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

export interface Refused {
  /** The cluster's name. */
  readonly cluster: string;
  /** ARN of the IAM role that the job uses, when it is known. */
  readonly roleArn: string | undefined;
  /** How the API server refused. */
  readonly cause: unknown;
}

/** The error for an unknown identity. It names the role, the cluster and the commands that admit the role. Pure. */
export function notAdmitted({ cluster, roleArn, cause }: Refused): ClusterError {
  const who = roleArn === undefined ? 'the identity of this job' : `role ${roleArn}`;
  const entry = `--cluster-name ${cluster} --principal-arn ${roleArn ?? 'ARN_OF_THE_ROLE'}`;
  const partition = roleArn?.split(':')[1] ?? 'aws';
  const policy = `arn:${partition}:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy`;
  return new ClusterError({
    resource: `cluster ${cluster}`,
    reason: `the API server does not let ${who} in (${reasonOf(cause)})`,
    nextStep: [
      'give the role an access entry on the cluster (provision makes one for admin-role-arns):',
      `aws eks create-access-entry ${entry} &&`,
      `aws eks associate-access-policy ${entry} --access-scope type=cluster --policy-arn ${policy}`,
      '(and check that role-to-assume and the cluster are the ones that you mean)',
    ].join(' '),
    cause,
  });
}
