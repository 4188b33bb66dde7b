import type {
  KubeConfig,
  V1SelfSubjectAccessReview,
  V1SelfSubjectReview,
} from '@kubernetes/client-node';
import type { CredentialProvider } from '../aws/credentials.ts';
import { type Clock, systemClock } from '../core/clock.ts';
import { CloudError, ClusterError, InputError, isExplained, messageOf } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import { until } from '../core/retry.ts';
import { type KubernetesApi, kubernetesApi } from './api.ts';
import { ForeignAnswer, mayPass, reasonOf, statusOf, tellsMore } from './api-error.ts';
import type { ClusterAddress } from './cluster-address.ts';
import { tokenSource } from './eks-token.ts';
import { type Asked, explainApiError } from './explain.ts';
import { readKubeconfig, serverOf, tokenConfig } from './kubeconfig.ts';
import { patientUntil, type RequestPatience } from './patience.ts';
import { type Rest, restOf } from './rest.ts';

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
  /** When the run must be over, on the clock: until then a busy or silent API server is waited for. */
  readonly deadline?: number;
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
  /** The error for a failed request, with what to do: see explainApiError. */
  explain(error: unknown): unknown;
}

const DEFAULT_PATIENCE_MS = 90_000;

/**
 * Connects to a cluster and checks our identity, then the access in `needs`. The API server sees a new access entry
 * only after some seconds, so refusals are retried for a while. A server that is busy, silent or out of reach is asked
 * again until the deadline; without a deadline, for as long as refusals are.
 *
 * @throws InputError when a kubeconfig cannot be used.
 * @throws CloudError when there are no AWS credentials.
 * @throws ClusterError when the cluster does not answer, does not know us, or does not let us.
 */
export async function connect(
  address: ClusterAddress,
  options: ConnectOptions,
): Promise<Connection> {
  const { log, roleArn, clock = systemClock, patienceMs = DEFAULT_PATIENCE_MS } = options;
  const credentials = explained(options.credentials);
  if (address.kind === 'eks') await credentials();
  const config = configOf(address, credentials);
  const { name: cluster = '', proxyUrl: proxy } = config.getCurrentCluster() ?? {};
  const asked = { cluster, address, proxy };
  const refusedUntil = clock.now() + patienceMs;
  const deadline = options.deadline ?? refusedUntil;
  const patience = { ...patientUntil(clock, deadline), onWait: waiting(log) };
  const rest = restOf(serverOf(config), { patience });
  const wait = { asked, roleArn, log, clock, deadline };
  const admission = { ...wait, refusedUntil: Math.min(refusedUntil, deadline) };
  const user = await awaitIdentity(rest, admission);
  log.info(`Connected to cluster ${cluster} as ${user}`);
  const api = kubernetesApi(rest, patience);
  const explain = (error: unknown) => explainApiError(error, { ...asked, user });
  for (const access of options.needs ?? []) {
    await awaitAccess(api, rest, access, { ...admission, user }).catch((error: unknown) => {
      throw explain(error);
    });
  }
  return { cluster, user, config, api, rest, explain };
}

/** Logs why the API server is asked again: each reason once. */
function waiting(log: Log): NonNullable<RequestPatience['onWait']> {
  const said = new Set<string>();
  return (error) => {
    const reason = reasonOf(error);
    if (said.has(reason)) return;
    said.add(reason);
    log.info(`Waiting for the API server (${reason})`);
  };
}

/** Credentials whose failure is not blamed on the cluster. */
function explained(credentials: CredentialProvider): CredentialProvider {
  return async () => {
    try {
      return await credentials();
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
  };
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
  readonly asked: Asked;
  /** The IAM role that the job uses, when it is known. */
  readonly roleArn?: string | undefined;
  readonly log: Log;
  readonly clock: Clock;
  /** When to stop asking a server that gives no usable answer. */
  readonly deadline: number;
  /** When a refusal counts. */
  readonly refusedUntil: number;
}

/**
 * Our user name, as soon as the API server accepts our identity.
 *
 * @throws ClusterError with the reason and the next step when it does not before the deadline.
 */
export async function awaitIdentity(rest: Rest, wait: AccessWait): Promise<string> {
  const { asked, log, clock } = wait;
  let last: unknown;
  let logged = '';
  const user = await until(async () => {
    try {
      return await identity(rest);
    } catch (error) {
      last = mayPass(error) ? tellsMore(error, last) : error;
      if (isRefusal(error) ? clock.now() >= wait.refusedUntil : !mayPass(error)) {
        throw notConnected(last, wait);
      }
      const reason = reasonOf(error);
      if (reason !== logged) log.info(`Not let in yet (${reason}); trying again`);
      logged = reason;
      return undefined;
    }
  }, wait);
  if (user !== undefined) return user;
  throw notConnected(last, { asked, roleArn: wait.roleArn });
}

async function identity(rest: Rest): Promise<string> {
  const review = await rest<V1SelfSubjectReview>({ method: 'POST', path: IDENTITY, body: {} });
  const user = review?.status?.userInfo?.username;
  if (user === undefined) throw new ForeignAnswer(200, 'a text that is no answer to the question');
  return user;
}

function notConnected(
  error: unknown,
  { asked, roleArn }: Pick<AccessWait, 'asked' | 'roleArn'>,
): unknown {
  if (!isRefusal(error)) return explainApiError(error, asked);
  const { cluster, address } = asked;
  return address.kind === 'kubeconfig' && roleArn === undefined
    ? unknownUser(cluster, address.path, error)
    : notAdmitted({ cluster, roleArn, cause: error });
}

/** Waits until the API server allows an access. Throws ClusterError when it does not. */
export async function awaitAccess(
  api: Pick<KubernetesApi, 'repeat'>,
  rest: Rest,
  access: Access,
  wait: AccessWait & { readonly user: string },
): Promise<void> {
  const { asked, user, clock, refusedUntil: deadline } = wait;
  const body = { spec: { resourceAttributes: { ...access } } };
  const ask = () => rest<V1SelfSubjectAccessReview>({ method: 'POST', path: ACCESS, body });
  const allowed = await until(
    async () => ((await api.repeat(ask)).status?.allowed === true ? true : undefined),
    { clock, deadline },
  );
  if (allowed) return;
  throw new ClusterError({
    resource: `cluster ${asked.cluster}`,
    reason: `user ${user} may not ${describe(access)}`,
    nextStep:
      asked.address.kind === 'kubeconfig'
        ? 'bind a role that allows it to this user, or use a kubeconfig of another one. On EKS, associate the access policy AmazonEKSClusterAdminPolicy with its access entry'
        : 'associate the access policy AmazonEKSClusterAdminPolicy with the access entry of this identity, or bind a role that allows it',
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

/** The error for an identity of a kubeconfig that the API server does not know. */
function unknownUser(cluster: string, path: string, cause: unknown): ClusterError {
  return new ClusterError({
    resource: `cluster ${cluster}`,
    reason: `the API server does not let the user of the kubeconfig in (${reasonOf(cause)})`,
    nextStep: `check the current user in the kubeconfig ${path}: its token or certificate may have expired or be for another cluster. An IAM identity needs an access entry on an EKS cluster`,
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
