import { accessSync, constants } from 'node:fs';
import {
  AppsV1Api,
  AuthenticationV1Api,
  AuthorizationV1Api,
  CoreV1Api,
  KubeConfig,
  KubernetesObjectApi,
} from '@kubernetes/client-node';
import type { CredentialProvider } from '../aws/credentials.ts';
import { CloudError, InputError, isExplained, messageOf } from '../github/errors.ts';
import type { Log } from '../github/log.ts';
import { type Access, awaitAccess, awaitIdentity } from './access.ts';
import { tokenSource } from './eks-token.ts';
import { type Clock, systemClock } from './poll.ts';

/** An EKS cluster: what `DescribeCluster` says of it. The certificate authority is base64 of PEM. */
export interface EksAddress {
  readonly kind: 'eks';
  readonly name: string;
  readonly endpoint: string;
  readonly certificateAuthority: string;
  readonly region: string;
}

/** Any cluster, by the current context of a kubeconfig file. */
export interface KubeconfigAddress {
  readonly kind: 'kubeconfig';
  readonly path: string;
}

export type ClusterAddress = EksAddress | KubeconfigAddress;

export interface ConnectOptions {
  readonly log: Log;
  /** Signs the tokens for an EKS cluster; a kubeconfig brings its own. */
  readonly credentials: CredentialProvider;
  /** What the caller is going to do; checked before anything is changed. */
  readonly needs?: readonly Access[];
  /** How long an identity that is not (yet) known to the cluster is tried, in milliseconds. */
  readonly patienceMs?: number;
  readonly clock?: Clock;
}

/** A cluster that answers, and that knows us. */
export interface Connection {
  /** The cluster's name, for messages. */
  readonly cluster: string;
  /** The Kubernetes user that the API server takes us for. */
  readonly user: string;
  /** For clients not listed here, and for web sockets (exec); it brings current tokens with it. */
  readonly config: KubeConfig;
  readonly core: CoreV1Api;
  readonly apps: AppsV1Api;
  readonly objects: KubernetesObjectApi;
}

const DEFAULT_PATIENCE_MS = 90_000;

/**
 * Connects to a cluster and asks it who we are, then whether we may do what `needs` says. Access entries
 * take some seconds to be seen by the API server, so a refusal is tried again for a while.
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
  const config = kubeConfig(address, options.credentials);
  const cluster = address.kind === 'eks' ? address.name : (config.getCurrentCluster()?.name ?? '');
  const clock = options.clock ?? systemClock;
  const deadline = clock.now() + (options.patienceMs ?? DEFAULT_PATIENCE_MS);
  const asking = { cluster, log: options.log, clock, deadline };
  const user = await awaitIdentity(config.makeApiClient(AuthenticationV1Api), asking);
  options.log.info(`Connected to cluster ${cluster} as ${user}`);
  const authorization = config.makeApiClient(AuthorizationV1Api);
  for (const access of options.needs ?? []) {
    await awaitAccess(authorization, access, { ...asking, user });
  }
  return {
    cluster,
    user,
    config,
    core: config.makeApiClient(CoreV1Api),
    apps: config.makeApiClient(AppsV1Api),
    objects: KubernetesObjectApi.makeApiClient(config),
  };
}

/** Asked for here once, so that a failure is not taken for one of the cluster. */
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

/** The client configuration for a cluster. Nothing is sent. */
export function kubeConfig(address: ClusterAddress, credentials: CredentialProvider): KubeConfig {
  return address.kind === 'eks' ? forEks(address, credentials) : fromFile(address.path);
}

function forEks(address: EksAddress, credentials: CredentialProvider): KubeConfig {
  const config = new KubeConfig();
  const user = `${address.name}-iam`;
  config.addAuthenticator(bearer(user, tokenSource(address.name, address.region, credentials)));
  config.loadFromClusterAndUser(
    {
      name: address.name,
      server: address.endpoint,
      caData: address.certificateAuthority,
      skipTLSVerify: false,
    },
    { name: user },
  );
  return config;
}

/** The client asks its authenticator before each request and before each web socket. */
function bearer(
  userName: string,
  token: () => Promise<string>,
): Parameters<KubeConfig['addAuthenticator']>[0] {
  return {
    isAuthProvider: (user) => user.name === userName,
    applyAuthentication: async (_user, options) => {
      options.headers = { ...options.headers, Authorization: `Bearer ${await token()}` };
    },
  };
}

function fromFile(path: string): KubeConfig {
  const config = new KubeConfig();
  try {
    accessSync(path, constants.R_OK);
    config.loadFromFile(path);
  } catch (error) {
    throw unusable(path, messageOf(error));
  }
  if (config.getCurrentCluster() === null || config.getCurrentUser() === null) {
    throw unusable(path, 'it has no usable current context');
  }
  return config;
}

function unusable(path: string, reason: string): InputError {
  const allowed = `the path of a readable kubeconfig with a current context (${reason})`;
  return new InputError([{ input: 'kubeconfig', value: path, allowed }]);
}
