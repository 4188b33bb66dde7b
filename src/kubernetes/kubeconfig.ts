import type { RequestOptions } from 'node:https';
import { type Cluster, KubeConfig, type User } from '@kubernetes/client-node';
import { ClusterError, messageOf } from '../core/errors.ts';
import { codeOf } from '../core/retry.ts';
import { mask } from '../github/mask.ts';
import { proxyOf } from '../github/proxy.ts';
import type { Server } from './rest.ts';

/**
 * The cluster and the identity of the current context of a kubeconfig file. Files that it names are relative to it.
 *
 * @throws Error that says what is wrong with the file.
 */
export function readKubeconfig(path: string): KubeConfig {
  const config = new MaskingConfig();
  config.loadFromFile(path);
  config.clusters = config.clusters.map(throughProxy);
  if (config.getCurrentCluster() === null || config.getCurrentUser() === null) {
    throw new Error('it has no usable current context');
  }
  return config;
}

/** Masks the credentials of each request before it is sent, whether they come from the file or from a program that it names. */
class MaskingConfig extends KubeConfig {
  override async applyToHTTPSOptions(options: HttpsOptions): Promise<void> {
    await super.applyToHTTPSOptions(options).catch((error: unknown) => {
      throw withoutCredentials(this.getCurrentUser(), error);
    });
    for (const secret of credentialsOf(options)) mask(secret);
  }
}

/** Credentials come from a program or from files. Neither is the fault of the cluster, and neither heals by waiting. */
function withoutCredentials(user: User | null, error: unknown): ClusterError {
  const program: unknown = user?.exec?.command ?? user?.authProvider?.config?.['cmd-path'];
  const missing = codeOf(error) === 'ENOENT';
  const [said = ''] = messageOf(error).trim().split('\n').slice(-1);
  return new ClusterError({
    resource: `user ${user?.name ?? ''} of the kubeconfig`,
    reason:
      program === undefined
        ? `it cannot be used (${said})`
        : `the program ${program}, which gets its credentials, ${missing ? 'is not on this runner' : `failed (${said || 'without a word'})`}`,
    nextStep:
      program === undefined
        ? 'correct the current context: the files that it names must be on this runner, and its server must speak https'
        : missing
          ? `install ${program} in a step before this one, or use a kubeconfig with a token or a certificate`
          : `run it by hand to see what it lacks: ${[program, ...(user?.exec?.args ?? [])].join(' ')}. A step before this one may have to give it credentials`,
    cause: error,
  });
}

type HttpsOptions = Parameters<KubeConfig['applyToHTTPSOptions']>[0];

/** The secrets in the headers of a request: a token, or a password alone and in the base64 of Basic authentication. */
function credentialsOf({ auth, headers = {} }: HttpsOptions): readonly string[] {
  const values = Object.entries(headers).flatMap(([name, value]) =>
    name.toLowerCase() === 'authorization' ? String(value).replace(/^\S+\s+/, '') : [],
  );
  if (typeof auth !== 'string') return values;
  const password = auth.slice(auth.indexOf(':') + 1);
  return [...values, password, Buffer.from(auth).toString('base64')];
}

/** As for kubectl, a proxy that the file names comes before that of the environment. */
function throughProxy(cluster: Cluster): Cluster {
  const proxyUrl = cluster.proxyUrl ?? proxyOf(cluster.server);
  return proxyUrl === undefined ? cluster : { ...cluster, proxyUrl };
}

/** An API server, and where the token for it comes from. */
export interface TokenServer {
  readonly cluster: string;
  readonly url: string;
  /** Base64 of PEM. */
  readonly certificateAuthority: string;
  /** Asked before each request and each web socket, so that nothing depends on a token that may expire. */
  token(): Promise<string>;
}

const TOKEN_SOURCE = 'token-source';

/** A kubeconfig in memory whose user has a fresh token for each request. */
export function tokenConfig({
  cluster,
  url,
  certificateAuthority,
  token,
}: TokenServer): KubeConfig {
  const config = new KubeConfig();
  const user = { name: cluster, authProvider: { name: TOKEN_SOURCE } };
  const server = { name: cluster, server: url, caData: certificateAuthority, skipTLSVerify: false };
  config.loadFromClusterAndUser(throughProxy(server), user);
  config.addAuthenticator(tokenAuthenticator(token));
  return config;
}

type Authenticator = Parameters<KubeConfig['addAuthenticator']>[0];

function tokenAuthenticator(token: () => Promise<string>): Authenticator {
  return {
    isAuthProvider: (user: User) => user.authProvider?.name === TOKEN_SOURCE,
    applyAuthentication: async (_user, options) => {
      options.headers = { ...options.headers, Authorization: `Bearer ${await token()}` };
    },
  };
}

/** The API server of the current context, for requests of our own. */
export function serverOf(config: KubeConfig): Server {
  const cluster = config.getCurrentCluster();
  const user = config.getCurrentUser();
  const read = async () => {
    const options: RequestOptions = {};
    await config.applyToHTTPSOptions(options);
    return options;
  };
  // What a file says once is read once: with hundreds of requests, reading certificates for each takes its time.
  const fixed = user?.exec == null && user?.authProvider == null;
  let kept: Promise<RequestOptions> | undefined;
  const readOnce = () => {
    kept ??= read();
    return kept;
  };
  return {
    url: cluster?.server ?? '',
    proxied: cluster?.proxyUrl !== undefined,
    options: fixed ? readOnce : read,
  };
}
