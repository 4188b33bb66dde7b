import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { CHECKOUT } from '../../../tools/checkout.ts';
import { type AwsOptions, type AwsStandIn, startAws } from '../aws.ts';
import type { AccessEntry, ControlPlanes } from '../eks/eks.ts';
import type { JoinedNode } from '../eks/state.ts';
import { type Clients, clientsOf, freePort, REGION, startMotoOnFreePort } from './local-aws.ts';

export interface TestAws {
  readonly aws: AwsStandIn;
  readonly clients: Clients;
  readonly endpoint: string;
  /** Ids of instances that were powered on, in order. */
  readonly poweredOn: readonly string[];
  /** The access entries passed to control planes, newest first. */
  readonly admitted: readonly (readonly AccessEntry[])[];
  /** Names of running control planes. */
  readonly controlPlanes: ReadonlySet<string>;
  /** The nodes of all clusters; a test adds some. */
  readonly joined: JoinedNode[];
  stop(): Promise<void>;
}

/** Long enough to see a cluster that is being updated. */
const UPGRADE_MS = 200;

export type TestAwsOptions = Partial<
  Pick<
    AwsOptions,
    'jwksUrls' | 'pace' | 'answers' | 'pacing' | 'onEngine' | 'switches' | 'quotas' | 'scheduleTime'
  >
>;

/**
 * Starts the rehearsal's whole AWS on free ports, with control planes and machines that only record calls.
 * Its folder is inside node_modules, so that functions find the AWS SDK, as in Lambda's runtime.
 */
export async function startTestAws(options: TestAwsOptions = {}): Promise<TestAws> {
  const parent = join(CHECKOUT, 'node_modules', '.rehearsal');
  mkdirSync(parent, { recursive: true });
  const runFolder = mkdtempSync(join(parent, 'aws-'));
  const poweredOn: string[] = [];
  const admitted: (readonly AccessEntry[])[] = [];
  const running = new Set<string>();
  const joined: JoinedNode[] = [];
  const controlPlanes: ControlPlanes = {
    async create({ name }) {
      if (name.endsWith('broken')) throw new Error('no room for etcd');
      running.add(name);
      const certificateAuthority = Buffer.from('certificate').toString('base64');
      return { endpoint: `https://${name}`, certificateAuthority, issuer: `https://oidc/${name}` };
    },
    async upgrade(name) {
      await delay(UPGRADE_MS);
      if (name.endsWith('stuck')) throw new Error('no free addresses');
    },
    nodes: async () => joined,
    async delete(name) {
      running.delete(name);
    },
    async admit(_, entries) {
      admitted.unshift(entries);
    },
  };
  const port = await freePort();
  const aws = await startAws({
    ...options,
    startMoto: startMotoOnFreePort,
    port,
    controlPlanes,
    account: '123456789012',
    region: REGION,
    runFolder,
    logFolder: join(runFolder, 'logs'),
    jwksUrls: options.jwksUrls ?? {},
    machines: { powerOn: async (instanceId) => void poweredOn.push(instanceId) },
  });
  const endpoint = `http://127.0.0.1:${port}`;
  const clients = clientsOf(endpoint);
  const stop = async () => {
    await aws.stop();
    rmSync(runFolder, { recursive: true, force: true });
  };
  return { aws, clients, endpoint, poweredOn, admitted, controlPlanes: running, joined, stop };
}
