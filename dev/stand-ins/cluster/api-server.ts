import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Service, startService } from '../../tools/process.ts';
import { nthAddress } from '../vpc/addresses.ts';
import { type ApiServerSettings, apiServerArguments } from './api-server-arguments.ts';
import { type Certificate, createAuthority, createSigningKey, issue } from './certificates.ts';
import { startEtcd } from './etcd.ts';
import { kubeconfig } from './kubeconfig.ts';
import { freePorts, untilReady } from './loopback.ts';
import type { ControlPlaneTools } from './tools.ts';

export interface ApiServerOptions {
  readonly tools: ControlPlaneTools;
  /** A folder for state and logs. The contents of an earlier run are replaced. */
  readonly runDir: string;
  readonly logDir?: string;
  /** Default 127.0.0.1 and a free port. */
  readonly bindAddress?: string;
  readonly port?: number;
  readonly serviceCidr?: string;
  readonly issuer?: string;
  /** Whether controllers will run, in particular the one that makes each namespace's service account. */
  readonly controllers?: boolean;
  /** Path of the token webhook's kubeconfig. */
  readonly tokenWebhook?: string;
}

/** A running kube-apiserver with the etcd behind it. */
export interface ApiServer {
  readonly endpoint: string;
  /** The URL of its etcd, which anybody on this machine can read and change. */
  readonly etcd: string;
  /** Path of a kubeconfig with a client certificate of the group system:masters. */
  readonly kubeconfig: string;
  readonly authority: Certificate;
  readonly serviceAccountKey: string;
  readonly issuer: string;
  /** Replaces kube-apiserver by that of other tools, on the same etcd and address. Resolves when it is ready. */
  replace(tools: ControlPlaneTools): Promise<void>;
  stop(): Promise<void>;
}

/** The limit for a slow machine with cold file caches. A server that dies is noticed at once. */
const READY_MS = 180_000;

/**
 * Starts etcd and kube-apiserver on loopback and resolves when the API is ready. There are no controllers and
 * no nodes: clients can read, write and watch objects, but pods do not run.
 */
export async function startApiServer(options: ApiServerOptions): Promise<ApiServer> {
  const { tools, runDir } = options;
  const bindAddress = options.bindAddress ?? '127.0.0.1';
  const logDir = options.logDir ?? join(runDir, 'logs');
  const serviceCidr = options.serviceCidr ?? '10.100.0.0/16';
  const issuer = options.issuer ?? 'https://kubernetes.default.svc';
  const [clientPort = 0, peerPort = 0, freePort = 0] = await freePorts(3);
  const port = options.port ?? freePort;
  const endpoint = `https://${bindAddress}${port === 443 ? '' : `:${port}`}`;
  const etcdUrl = `http://127.0.0.1:${clientPort}`;
  await rm(join(runDir, 'etcd'), { recursive: true, force: true });
  await mkdir(runDir, { recursive: true });
  const etcd = startEtcd({
    tools,
    logDir,
    clientPort,
    peerPort,
    name: 'rehearsal',
    dataDir: join(runDir, 'etcd'),
  });
  const identities = await createIdentities(join(runDir, 'pki'), [
    '127.0.0.1',
    bindAddress,
    nthAddress(serviceCidr, 1),
  ]);
  const settings = {
    ...identities,
    bindAddress,
    port,
    issuer,
    etcd: etcdUrl,
    authority: identities.authority.certificate,
    serviceCidr,
    serviceAccounts: options.controllers === true,
    ...(options.tokenWebhook === undefined ? {} : { tokenWebhook: options.tokenWebhook }),
  };
  let server = startServer(tools, logDir, settings);
  // Nothing is kept, so the servers need no orderly shutdown.
  const stop = async () => {
    await Promise.all([server.stop(0), etcd.stop(0)]);
  };
  const replace = async (by: ControlPlaneTools) => {
    await server.stop(0);
    server = startServer(by, logDir, settings);
    await untilServing(endpoint, identities, [etcd, server]);
  };
  try {
    await untilServing(endpoint, identities, [etcd, server]);
    const path = join(runDir, 'admin.kubeconfig');
    const admin = { server: endpoint, authority: identities.authority.certificate };
    await writeFile(path, kubeconfig({ ...admin, client: identities.admin }), { mode: 0o600 });
    return { endpoint, etcd: etcdUrl, kubeconfig: path, ...identities, issuer, replace, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function startServer(tools: ControlPlaneTools, logDir: string, settings: ApiServerSettings) {
  return startService(
    'kube-apiserver',
    join(tools.bin, 'kube-apiserver'),
    apiServerArguments(settings),
    { log: join(logDir, 'kube-apiserver.log') },
  );
}

/** The addresses include the first one of the service range: pods reach the API there. */
async function createIdentities(dir: string, addresses: readonly string[]) {
  const authority = await createAuthority(dir, 'kubernetes');
  const [server, admin, kubeletClient, serviceAccountKey] = await Promise.all([
    issue(authority, 'kube-apiserver', {
      commonName: 'kube-apiserver',
      ipAddresses: [...new Set(addresses)],
      dnsNames: ['localhost', 'kubernetes', 'kubernetes.default', 'kubernetes.default.svc'],
    }),
    issue(authority, 'admin', { commonName: 'rehearsal-admin', organization: 'system:masters' }),
    issue(authority, 'kubelet-client', {
      commonName: 'kube-apiserver-kubelet-client',
      organization: 'system:masters',
    }),
    createSigningKey(join(dir, 'service-account.key')),
  ]);
  return { authority, server, admin, kubeletClient, serviceAccountKey };
}

async function untilServing(
  endpoint: string,
  identities: { readonly authority: Certificate; readonly admin: Certificate },
  services: readonly Service[],
): Promise<void> {
  const { authority, admin } = identities;
  await untilReady({
    url: `${endpoint}/readyz`,
    authority: await readFile(authority.certificate),
    client: { cert: await readFile(admin.certificate), key: await readFile(admin.key) },
    failed: Promise.race(services.map(ended)),
    timeoutMs: READY_MS,
  });
}

async function ended(service: Service): Promise<Error> {
  const code = await service.exited;
  return new Error(
    `${service.name} ended with code ${code} before it was ready; see ${service.log}`,
  );
}
