import type { KubeConfig } from '@kubernetes/client-node';
import type { CredentialProvider } from '../aws/credentials.ts';
import { CloudError, InputError, isExplained, messageOf } from '../github/errors.ts';
import type { Log } from '../github/log.ts';
import { type Access, awaitAccess, awaitIdentity } from './access.ts';
import { type Apps, appsOf, type Core, coreOf } from './core.ts';
import { tokenSource } from './eks-token.ts';
import { readKubeconfig, serverOf, tokenConfig } from './kubeconfig.ts';
import { type Objects, objectsOf } from './objects.ts';
import { type Clock, systemClock } from './poll.ts';
import { type Rest, restOf } from './rest.ts';
import type { EksAddress } from './server.ts';

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
  /** The IAM role of these credentials, when it is known; for messages. */
  readonly roleArn?: string | undefined;
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
  /** For web sockets (exec). */
  readonly config: KubeConfig;
  /** For what is not listed here. */
  readonly rest: Rest;
  readonly core: Core;
  readonly apps: Apps;
  readonly objects: Objects;
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
  const config = configOf(address, options.credentials);
  const cluster = config.getCurrentCluster()?.name ?? '';
  const rest = restOf(serverOf(config));
  const clock = options.clock ?? systemClock;
  const deadline = clock.now() + (options.patienceMs ?? DEFAULT_PATIENCE_MS);
  const asking = { cluster, roleArn: options.roleArn, log: options.log, clock, deadline };
  const user = await awaitIdentity(rest, asking);
  options.log.info(`Connected to cluster ${cluster} as ${user}`);
  for (const access of options.needs ?? []) {
    await awaitAccess(rest, access, { ...asking, user });
  }
  const clients = { core: coreOf(rest), apps: appsOf(rest), objects: objectsOf(rest) };
  return { cluster, user, config, rest, ...clients };
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

/** How to reach a cluster, and as whom. Nothing is sent. */
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
