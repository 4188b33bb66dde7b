import { join } from 'node:path';
import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { EC2Client } from '@aws-sdk/client-ec2';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { GetRoleCommand, GetUserCommand, IAMClient } from '@aws-sdk/client-iam';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { S3Client } from '@aws-sdk/client-s3';
import { STSClient } from '@aws-sdk/client-sts';
import { type AutoScaling, startAutoScaling } from './autoscaling/autoscaling.ts';
import { type After, afterSeconds } from './autoscaling/lifecycle.ts';
import { type ControlPlanes, type Eks, startEks } from './eks/eks.ts';
import { createEventBus, type EventBus } from './events/events.ts';
import { OWN_CREDENTIALS, sessionOf } from './identity/session.ts';
import { createLambda, type Lambda } from './lambda/lambda.ts';
import { type Scheduler, startScheduler } from './scheduler/scheduler.ts';
import { createSpotInterruptions, type SpotInterruptions } from './spot/interruptions.ts';

/** The options of an account's services that are the same in every region. */
export interface ServiceOptions {
  readonly account: string;
  readonly controlPlanes: ControlPlanes;
  readonly machines: { powerOn(instanceId: string): Promise<void> };
  /** Unpacked functions go to `<runFolder>/lambda`. */
  readonly runFolder: string;
  /**
   * The folder for `moto.log`, `aws-requests.jsonl`, `aws-problems.log`, `cloudformation.log` and
   * `lambda-<name>.log`.
   */
  readonly logFolder: string;
  /** The time by which schedules are due, in milliseconds since 1970; the machine's by default. */
  readonly scheduleTime?: () => number;
  /** For tests: shorter times, see `startAutoScaling` and `createLambda`. */
  readonly pace?: {
    readonly secondMs?: number;
    readonly after?: After;
    readonly backoffMs?: number;
    readonly retryDelaysMs?: readonly number[];
  };
}

export interface RegionOptions extends ServiceOptions {
  readonly region: string;
  /** The gateway's URL, through which the services call each other. */
  readonly endpoint: string;
  readonly problem: (what: string, error: unknown) => void;
  /** How long other services do not know a new role yet, in milliseconds. */
  readonly iamDelayMs: number;
}

/** Our own services in one region. */
export interface RegionalServices {
  readonly autoscaling: AutoScaling;
  readonly eks: Eks;
  readonly lambda: Lambda;
  readonly bus: EventBus;
  readonly scheduler: Scheduler;
  readonly spot: SpotInterruptions;
  readonly clients: ReturnType<typeof serviceClients>;
}

/** Starts our own services of one region. */
export function startRegion(options: RegionOptions): RegionalServices {
  const { account, region, endpoint, problem, runFolder, logFolder } = options;
  const clients = serviceClients(endpoint, region);
  const lambda = createLambda({
    endpoint,
    region,
    ...clients,
    problem,
    folder: join(runFolder, 'lambda', region),
    logFolder,
    ...options.pace,
  });
  const invoke = lambda.invokeForRule;
  const bus = createEventBus({ account, region, events: clients.events, invoke, problem });
  const autoscaling = startAutoScaling({
    account,
    region,
    ec2: clients.ec2,
    emit: bus.emit,
    problem,
    powerOn: (instanceId) => options.machines.powerOn(instanceId),
    ...options.pace,
  });
  const spot = createSpotInterruptions({
    ec2: clients.ec2,
    emit: bus.emit,
    after: options.pace?.after ?? afterSeconds(options.pace?.secondMs ?? 1_000),
    problem,
  });
  const eks = startEks({
    account,
    region,
    ec2: clients.ec2,
    controlPlanes: options.controlPlanes,
    principalOf: (accessKey) => principalOf(clients.iam, endpoint, region, accessKey),
    principalExists: (arn) => principalExists(clients.iam, arn, options.iamDelayMs),
  });
  const scheduler = startScheduler({
    account,
    region,
    endpoint,
    problem,
    ...clients,
    now: options.scheduleTime ?? Date.now,
  });
  return { autoscaling, eks, lambda, bus, scheduler, spot, clients };
}

/** The clients that our services use. */
function serviceClients(endpoint: string, region: string) {
  const config = { endpoint, region, credentials: OWN_CREDENTIALS };
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

/** The ARN of the role or user behind an access key. */
async function principalOf(
  iam: IAMClient,
  endpoint: string,
  region: string,
  accessKey: string,
): Promise<string> {
  const { arn, role } = await sessionOf({ endpoint, region }, accessKey);
  if (role === undefined) return arn;
  // The ARN of a session does not contain the path of its role.
  return (await iam.send(new GetRoleCommand({ RoleName: role }))).Role?.Arn ?? arn;
}

/** Whether IAM has this user or role, and has had it for as long as it takes to tell the other services. */
async function principalExists(iam: IAMClient, arn: string, delayMs: number): Promise<boolean> {
  const [, kind, name = ''] = arn.match(/:iam::\d{12}:(user|role)\/(?:.*\/)?([^/]+)$/) ?? [];
  if (kind === undefined) return false;
  try {
    const found =
      kind === 'role'
        ? (await iam.send(new GetRoleCommand({ RoleName: name }))).Role
        : (await iam.send(new GetUserCommand({ UserName: name }))).User;
    const ageMs = Date.now() - (found?.CreateDate?.getTime() ?? 0);
    return found?.Arn === arn && ageMs >= delayMs;
  } catch (error) {
    if ((error as Error).name === 'NoSuchEntityException') return false;
    throw error;
  }
}
