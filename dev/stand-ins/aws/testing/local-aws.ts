import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AutoScalingClient } from '@aws-sdk/client-auto-scaling';
import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { EC2Client } from '@aws-sdk/client-ec2';
import { EKSClient } from '@aws-sdk/client-eks';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { IAMClient } from '@aws-sdk/client-iam';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { S3Client } from '@aws-sdk/client-s3';
import { SSMClient } from '@aws-sdk/client-ssm';
import { STSClient } from '@aws-sdk/client-sts';
import { freePorts } from '../../cluster/loopback.ts';
import { type Moto, startMoto } from '../moto/moto.ts';
import { forkMoto, hasForkServer, motoPython } from './moto-fork-server.ts';

export const REGION = 'ap-northeast-2';

/** Credentials of the account; calls with them count as the stand-in's own. */
const CREDENTIALS = { accessKeyId: 'AKIAREHEARSALACCOUNT', secretAccessKey: 'secret' };

/** SDK clients of every service in use, pointed at one endpoint. They use the account's access key, or another one. */
export function clientsOf(endpoint: string, accessKeyId = CREDENTIALS.accessKeyId) {
  const credentials = { ...CREDENTIALS, accessKeyId };
  const config = { endpoint, region: REGION, credentials, maxAttempts: 1 };
  return {
    autoscaling: new AutoScalingClient(config),
    cloudFormation: new CloudFormationClient(config),
    ec2: new EC2Client(config),
    eks: new EKSClient(config),
    events: new EventBridgeClient(config),
    iam: new IAMClient(config),
    lambda: new LambdaClient(config),
    logs: new CloudWatchLogsClient(config),
    s3: new S3Client(config),
    ssm: new SSMClient(config),
    sts: new STSClient(config),
  };
}
export type Clients = ReturnType<typeof clientsOf>;

/** Starts moto with the plugin on a free port, with a new folder for logs and state. */
export async function startTestMoto(): Promise<{ moto: Moto; folder: string }> {
  const folder = mkdtempSync(join(tmpdir(), 'rehearsal-aws-'));
  return { moto: await startMotoOnFreePort(join(folder, 'moto.log')), folder };
}

/**
 * Starts moto with the plugin on a free port. Forks it if the fork server of the tests runs, otherwise
 * starts a process.
 */
export async function startMotoOnFreePort(log: string): Promise<Moto> {
  const port = await freePort();
  if (hasForkServer()) return forkMoto(port, log);
  return startMoto({ python: await motoPython(), port, log });
}

/** A port that nothing listens on at the moment. */
export async function freePort(): Promise<number> {
  const [port = 0] = await freePorts(1);
  return port;
}

/** Repeats `read` until it returns something other than undefined or false. Rejects after `ms`. */
export async function eventually<T>(
  read: () => Promise<T | undefined | false>,
  ms = 60_000,
): Promise<T> {
  const deadline = Date.now() + ms;
  for (;;) {
    const found = await read();
    if (found !== undefined && found !== false) return found;
    if (Date.now() > deadline) throw new Error(`condition not met within ${ms} ms: ${read}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
