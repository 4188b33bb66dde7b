import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { EC2Client } from '@aws-sdk/client-ec2';
import { run, type Service } from '../../tools/process.ts';
import type { AccessEntry, ControlPlanes } from '../aws/eks/eks.ts';
import { type ApiServer, startApiServer } from './api-server.ts';
import {
  type AuthenticatorFiles,
  prepareAuthenticator,
  startAuthenticator,
  writeAccessEntries,
} from './authenticator.ts';
import { AUTHENTICATOR_USER, bootstrapObjects } from './bootstrap-objects.ts';
import { createAuthority, issue, readBase64 } from './certificates.ts';
import { startControllers, userKubeconfig } from './controllers.ts';
import { corednsObjects } from './coredns.ts';
import { createEndpoint, deleteEndpoint, type Endpoint } from './endpoint.ts';
import { freePorts } from './loopback.ts';
import { startStsProxy } from './sts-proxy.ts';
import { type ControlPlaneTools, toolsOf } from './tools.ts';

type ClusterSpec = Parameters<ControlPlanes['create']>[0];

export interface ControlPlaneOptions {
  readonly tools: ControlPlaneTools;
  readonly runDir: string;
  readonly logDir: string;
  readonly gatewayUrl: string;
  /** EC2 in a region. */
  readonly ec2In: (region: string) => EC2Client;
}

interface ControlPlane {
  readonly endpoint: string;
  /** Base64 of the PEM certificate. */
  readonly certificateAuthority: string;
  readonly issuer: string;
  /** The path of a kubeconfig of the group system:masters, for the rehearsal only. */
  readonly kubeconfig: string;
  admit(entries: readonly AccessEntry[]): Promise<void>;
  upgrade(version: string): Promise<void>;
  stop(): Promise<void>;
}

/** The control planes as the EKS stand-in drives them and the rehearsal reads them. */
export interface LocalControlPlanes extends ControlPlanes {
  /** Path of an administrator's kubeconfig, or undefined when there is no such cluster. */
  kubeconfig(name: string): string | undefined;
  /** The kubeconfigs of all clusters. */
  kubeconfigs(): readonly string[];
  /** Ends every cluster. */
  stop(): Promise<void>;
}

/** The control planes of this rehearsal by cluster name. */
export function createControlPlanes(options: ControlPlaneOptions): LocalControlPlanes {
  const clusters = new Map<string, ControlPlane>();
  const find = (name: string) => {
    const cluster = clusters.get(name);
    if (cluster === undefined) throw new Error(`no control plane for cluster ${name}`);
    return cluster;
  };
  return {
    async create(spec: ClusterSpec) {
      const cluster = await startControlPlane(options, spec);
      clusters.set(spec.name, cluster);
      const { endpoint, certificateAuthority, issuer } = cluster;
      return { endpoint, certificateAuthority, issuer };
    },
    /** Stops the cluster's programs and releases its address. An unknown name counts as done. */
    async delete(name: string) {
      await clusters.get(name)?.stop();
      clusters.delete(name);
    },
    admit: (name: string, entries: readonly AccessEntry[]) => find(name).admit(entries),
    /** Unlike EKS, which replaces one API server after another, leaves some seconds without any. */
    upgrade: (name: string, version: string) => find(name).upgrade(version),
    nodes: (name: string) => readNodes(options.tools, find(name).kubeconfig),
    kubeconfig: (name: string) => clusters.get(name)?.kubeconfig,
    kubeconfigs: () => [...clusters.values()].map(({ kubeconfig }) => kubeconfig),
    async stop() {
      await Promise.all([...clusters.values()].map((cluster) => cluster.stop()));
      clusters.clear();
    },
  };
}

async function startControlPlane(
  options: ControlPlaneOptions,
  spec: ClusterSpec,
): Promise<ControlPlane> {
  const runDir = join(options.runDir, 'clusters', spec.name);
  const ec2 = options.ec2In(spec.region);
  const address = await createEndpoint(ec2, spec);
  const started: (() => Promise<unknown>)[] = [() => deleteEndpoint(ec2, address)];
  const stop = async () => {
    for (const undo of started.splice(0).reverse()) await undo();
  };
  try {
    const authentication = await prepareAuthentication(options, spec, runDir);
    started.push(() => authentication.proxy.stop());
    const tools = toolsOf(options.tools, spec.version);
    const api = await startApiServer({
      tools,
      logDir: options.logDir,
      runDir,
      port: 443,
      bindAddress: address.address,
      serviceCidr: spec.serviceCidr,
      controllers: true,
      issuer: issuerOf(spec),
      tokenWebhook: authentication.files.webhook,
    });
    started.push(() => api.stop());
    const around = { runDir, api, address, authentication };
    const controllers = { ...options, api, runDir, clusterName: spec.name };
    const authenticator = await startAuthentication(options, spec, around);
    let managers = await startControllers({ ...controllers, tools });
    const endManagers = () => Promise.all(managers.map((service) => service.stop(0)));
    started.push(() => Promise.all([endManagers(), authenticator.stop(0)]));
    let revision = 0;
    return {
      endpoint: api.endpoint,
      certificateAuthority: await readBase64(api.authority.certificate),
      issuer: api.issuer,
      kubeconfig: api.kubeconfig,
      admit: (entries) =>
        writeAccessEntries(authentication.files.accessEntries, entries, ++revision),
      async upgrade(version) {
        const by = toolsOf(options.tools, version);
        await endManagers();
        await api.replace(by);
        managers = await startControllers({ ...controllers, tools: by });
      },
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

type Authentication = Awaited<ReturnType<typeof prepareAuthentication>>;

async function prepareAuthentication(
  options: ControlPlaneOptions,
  spec: ClusterSpec,
  runDir: string,
) {
  const authority = await createAuthority(join(runDir, 'aws-pki'), 'rehearsal AWS endpoints');
  const [sts, webhook, [port = 0]] = await Promise.all([
    issue(authority, 'sts', {
      commonName: 'sts',
      dnsNames: [`sts.${spec.region}.amazonaws.com`, 'sts.amazonaws.com'],
    }),
    issue(authority, 'webhook', { commonName: 'webhook', ipAddresses: ['127.0.0.1'] }),
    freePorts(1),
  ]);
  const files: AuthenticatorFiles = await prepareAuthenticator(runDir, spec.name, webhook, port);
  const proxy = await startStsProxy(options.gatewayUrl, sts);
  return { authority, files, proxy };
}

interface Around {
  readonly runDir: string;
  readonly api: ApiServer;
  readonly address: Endpoint;
  readonly authentication: Authentication;
}

async function startAuthentication(
  options: ControlPlaneOptions,
  spec: ClusterSpec,
  around: Around,
): Promise<Service> {
  const { runDir, api, address, authentication } = around;
  const hasDns = options.tools.modules?.coredns !== undefined;
  const items = [
    ...bootstrapObjects(),
    ...(hasDns ? corednsObjects(spec.serviceCidr, spec.region) : []),
  ];
  // The authenticator waits five seconds if it cannot read aws-auth yet, so its role is created first.
  const [kubeconfig] = await Promise.all([
    userKubeconfig(api, runDir, AUTHENTICATOR_USER),
    run(
      join(options.tools.bin, 'kubectl'),
      ['--kubeconfig', api.kubeconfig, 'apply', '--server-side', '--validate=false', '-f', '-'],
      { input: JSON.stringify({ apiVersion: 'v1', kind: 'List', items }) },
    ),
  ]);
  return startAuthenticator({
    tools: options.tools,
    logDir: options.logDir,
    gatewayUrl: options.gatewayUrl,
    files: authentication.files,
    kubeconfig,
    region: spec.region,
    stsProxy: {
      url: authentication.proxy.url,
      authority: authentication.authority.certificate,
    },
    apiAddress: address.address,
  });
}

interface NodeList {
  readonly items: readonly {
    readonly metadata: { readonly name: string };
    readonly status: { readonly nodeInfo: { readonly kubeletVersion: string } };
  }[];
}

async function readNodes({ bin }: ControlPlaneTools, kubeconfig: string) {
  const args = ['--kubeconfig', kubeconfig, 'get', 'nodes', '--output', 'json'];
  const { items } = JSON.parse(await run(join(bin, 'kubectl'), args)) as NodeList;
  return items.map(({ metadata, status }) => ({
    name: metadata.name,
    kubeletVersion: status.nodeInfo.kubeletVersion,
  }));
}

/** The form of EKS's issuer; the identifier is derived from the name, so that reruns agree. */
function issuerOf({ name, region }: ClusterSpec): string {
  const id = createHash('sha256').update(name).digest('hex').slice(0, 32).toUpperCase();
  return `https://oidc.eks.${region}.amazonaws.com/id/${id}`;
}
