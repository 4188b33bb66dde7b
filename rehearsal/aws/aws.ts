import { appendFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { EC2Client } from '@aws-sdk/client-ec2';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { GetRoleCommand, GetUserCommand, IAMClient } from '@aws-sdk/client-iam';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { S3Client } from '@aws-sdk/client-s3';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { seededRandom } from '../seeded-random.ts';
import { type AutoScaling, startAutoScaling } from './autoscaling.ts';
import { createCloudFormation } from './cloudformation/cloudformation.ts';
import type { Pacing } from './cloudformation/pacing.ts';
import { failingPacing, realisticPacing, steadyPacing } from './cloudformation/pacing.ts';
import { type ControlPlanes, type Eks, startEks } from './eks.ts';
import { eksAmiParameters } from './eks-ami-parameters.ts';
import { createEventBus, type EventBus } from './events.ts';
import { createFaults, type Faults } from './faults.ts';
import { type Answer, type Gateway, startGateway } from './gateway.ts';
import { createLambda, type Lambda } from './lambda.ts';
import { startMoto } from './moto.ts';
import { presignedIdentity } from './presigned-identity.ts';
import type { AwsService } from './service.ts';
import { createSessions, type Sessions } from './sessions.ts';
import { ALL_OFF, type Switches } from './switches.ts';
import { webIdentity } from './web-identity.ts';

export interface AwsOptions {
  /** The interpreter that has moto, see `startMoto`. */
  readonly python: string;
  readonly motoPort: number;
  /** The gateway's port: fixed, because the services call each other through it. */
  readonly port: number;
  readonly account: string;
  readonly region: string;
  readonly controlPlanes: ControlPlanes;
  readonly machines: { powerOn(instanceId: string): Promise<void> };
  /** Further services. */
  readonly services?: readonly AwsService[];
  /** Further answers, tried first, such as faults. */
  readonly answers?: readonly Answer[];
  /** How slow it is and what goes wrong; all off unless said otherwise. */
  readonly switches?: Partial<Switches>;
  /** Where the keys of OIDC issuers are published, by issuer. */
  readonly jwksUrls: Readonly<Record<string, string>>;
  /** Unpacked functions go to `<runFolder>/lambda`. */
  readonly runFolder: string;
  /** For `moto.log`, `aws-requests.jsonl`, `aws-problems.log`, `cloudformation.log`, `lambda-<name>.log`. */
  readonly logFolder: string;
  /** How fast CloudFormation is, and where it fails. */
  readonly pacing?: Pacing;
  /** For tests: shorter times, see `startAutoScaling` and `createLambda`. */
  readonly pace?: {
    readonly secondMs?: number;
    readonly backoffMs?: number;
    readonly retryDelaysMs?: readonly number[];
  };
}

/** The rehearsal's AWS: one endpoint with moto's services and ours behind it. */
export interface AwsStandIn {
  readonly gateway: Gateway;
  readonly autoscaling: AutoScaling;
  readonly eks: Eks;
  readonly lambda: Lambda;
  readonly bus: EventBus;
  readonly faults: Faults;
  readonly sessions: Sessions;
  /** What went wrong where no caller waits for it, oldest first. */
  problems(): readonly string[];
  stop(): Promise<void>;
}

/** Starts moto, our services, and the gateway in front of them. */
export async function startAws(options: AwsOptions): Promise<AwsStandIn> {
  const log = join(options.logFolder, 'moto.log');
  const moto = await startMoto({ python: options.python, port: options.motoPort, log });
  try {
    const front = await startFront(options, moto.url);
    const stop = async () => {
      await front.stop();
      await moto.stop();
    };
    return { ...front, stop };
  } catch (error) {
    await moto.stop();
    throw error;
  }
}

/** Everything in front of a moto that runs. */
async function startFront(options: AwsOptions, motoUrl: string): Promise<AwsStandIn> {
  const { account, region, runFolder, logFolder } = options;
  const endpoint = `http://127.0.0.1:${options.port}`;
  const clients = serviceClients(endpoint, region);
  const switches = { ...ALL_OFF, ...options.switches };
  const sessions = createSessions(switches.sessionScale);
  const faults = createFaults(switches, sessions, seededRandom(switches.seed));
  const { problem, problems } = keepProblems(logFolder);
  const lambda = createLambda({
    ...{ endpoint, region, ...clients, problem },
    ...{ folder: join(runFolder, 'lambda'), logFolder, ...options.pace },
  });
  const invoke = lambda.invokeForRule;
  const bus = createEventBus({ account, region, events: clients.events, invoke, problem });
  const autoscaling = startAutoScaling({
    ...{ account, region, ec2: clients.ec2, emit: bus.emit, problem },
    powerOn: (instanceId) => options.machines.powerOn(instanceId),
    ...options.pace,
  });
  const eks = startEks({
    ...{ account, region, ec2: clients.ec2, controlPlanes: options.controlPlanes },
    principalOf: (accessKey) => principalOf(clients.iam, endpoint, region, accessKey),
    principalExists: (arn) => principalExists(clients.iam, arn),
  });
  const gateway = await startGateway({
    ...{ port: options.port, motoUrl, log: join(logFolder, 'aws-requests.jsonl') },
    services: [
      autoscaling.service,
      eks.service,
      createCloudFormation({
        ...{ endpoint, accountId: account, log: lineLog(logFolder, 'cloudformation') },
        pacing: pacingFor(switches),
        ...(options.pacing === undefined ? {} : { pacing: options.pacing }),
      }),
      ...(options.services ?? []),
    ],
    answers: [
      ...(options.answers ?? []),
      webIdentity({ motoUrl, iam: clients.iam, jwksUrls: options.jwksUrls, sessions }),
      presignedIdentity(motoUrl),
      eksAmiParameters,
      lambda.answer,
    ],
    disturb: faults.disturb,
  });
  gateway.onMutation((service, action, call) => {
    if (service === 'lambda') lambda.notice(call);
    if (service === 'ec2' && action === 'TerminateInstances') {
      autoscaling.inspect().catch((error) => problem('inspect groups', error));
    }
  });
  const stop = async () => {
    await autoscaling.stop();
    await gateway.stop();
  };
  return { gateway, autoscaling, eks, lambda, bus, faults, sessions, problems, stop };
}

function pacingFor({ latency, scale, failures, seed }: Switches) {
  const realistic = () => realisticPacing(scale, seededRandom(seed + 1));
  return failingPacing(latency === 'realistic' ? realistic() : steadyPacing(), failures);
}

/** Clients of the services themselves; the key says in the request log who called. */
function serviceClients(endpoint: string, region: string) {
  const credentials = { accessKeyId: 'AKIAREHEARSALSERVICE', secretAccessKey: 'service' };
  const config = { endpoint, region, credentials };
  return {
    ec2: new EC2Client(config),
    events: new EventBridgeClient(config),
    iam: new IAMClient(config),
    lambda: new LambdaClient(config),
    logs: new CloudWatchLogsClient(config),
    s3: new S3Client({ ...config, forcePathStyle: true }),
    sts: new STSClient(config),
  };
}

/** The role or user behind an access key: STS does not check secrets here. */
async function principalOf(
  iam: IAMClient,
  endpoint: string,
  region: string,
  accessKey: string,
): Promise<string> {
  const credentials = { accessKeyId: accessKey, secretAccessKey: 'unchecked' };
  const sts = new STSClient({ endpoint, region, credentials });
  const { Arn = '' } = await sts.send(new GetCallerIdentityCommand({}));
  const RoleName = Arn.match(/:assumed-role\/([^/]+)\//)?.[1];
  if (RoleName === undefined) return Arn;
  // A session's ARN leaves out the path of its role.
  return (await iam.send(new GetRoleCommand({ RoleName }))).Role?.Arn ?? Arn;
}

async function principalExists(iam: IAMClient, arn: string): Promise<boolean> {
  const [, kind, name = ''] = arn.match(/:iam::\d{12}:(user|role)\/(?:.*\/)?([^/]+)$/) ?? [];
  if (kind === undefined) return false;
  try {
    const found =
      kind === 'role'
        ? (await iam.send(new GetRoleCommand({ RoleName: name }))).Role
        : (await iam.send(new GetUserCommand({ UserName: name }))).User;
    return found?.Arn === arn;
  } catch (error) {
    if ((error as Error).name === 'NoSuchEntityException') return false;
    throw error;
  }
}

function keepProblems(logFolder: string) {
  const kept: string[] = [];
  const write = lineLog(logFolder, 'aws-problems');
  const problem = (what: string, error: unknown) => {
    const line = `${what}: ${error instanceof Error ? `${error.name}: ${error.message}` : error}`;
    kept.push(line);
    write(line);
  };
  return { problem, problems: () => kept };
}

function lineLog(folder: string, name: string): (line: string) => void {
  mkdirSync(folder, { recursive: true });
  return (line) =>
    appendFileSync(join(folder, `${name}.log`), `${new Date().toISOString()} ${line}\n`);
}
