import { appendFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { seededRandom } from '../../tools/seeded-random.ts';
import { createAuthorize } from './authorization/authorize.ts';
import { createIdentities } from './authorization/identities.ts';
import type { AutoScaling } from './autoscaling/autoscaling.ts';
import { createCloudFormation } from './cloudformation/cloudformation.ts';
import type { Engine } from './cloudformation/engine.ts';
import {
  failingPacing,
  type Pacing,
  realisticPacing,
  steadyPacing,
} from './cloudformation/pacing/pacing.ts';
import type { Eks } from './eks/eks.ts';
import { createEksImages, type EksImages } from './eks/images.ts';
import type { EventBus } from './events/events.ts';
import { otherOwner } from './faults/bucket-owner.ts';
import { createBucketRegions } from './faults/bucket-regions.ts';
import { createFaults, type Faults } from './faults/faults.ts';
import { launchTimes, pendingInstances } from './faults/pending-instances.ts';
import { createSessions, type Sessions } from './faults/sessions.ts';
import { ALL_OFF, type Switches } from './faults/switches.ts';
import { type Answer, type Gateway, startGateway } from './gateway/gateway.ts';
import type { AwsService } from './gateway/service.ts';
import { dryRun } from './identity/dry-run.ts';
import { presignedIdentity } from './identity/presigned-identity.ts';
import { simulatePolicy } from './identity/simulate-policy.ts';
import { webIdentity } from './identity/web-identity.ts';
import type { Lambda } from './lambda/lambda.ts';
import type { Moto } from './moto/moto.ts';
import { serviceQuotas } from './quotas/quotas.ts';
import { type ServiceOptions, startRegion } from './region.ts';
import { createRegions, lambdaAnswer, observeIn, regionalServices } from './regions.ts';
import type { Scheduler } from './scheduler/scheduler.ts';
import { spotCapacity, templateAsksForSpot } from './spot/capacity.ts';
import type { SpotInterruptions } from './spot/interruptions.ts';

export interface AwsOptions extends ServiceOptions {
  /** Starts moto, with its output going to the file `log`. */
  readonly startMoto: (log: string) => Promise<Moto>;
  /** The gateway's port. It is fixed because the services call each other through it. */
  readonly port: number;
  /** The first region. Other regions start when a call first uses them. */
  readonly region: string;
  /** More services. */
  readonly services?: readonly AwsService[];
  /** More answers, tried before all others. */
  readonly answers?: readonly Answer[];
  /** Latency and faults; all off by default. */
  readonly switches?: Partial<Switches>;
  /** URLs of the key sets of OIDC issuers, by issuer. */
  readonly jwksUrls: Readonly<Record<string, string>>;
  /** Quotas of the account that differ from the stand-in's, by their codes. */
  readonly quotas?: Readonly<Record<string, number>>;
  /** How fast CloudFormation is and where it fails. Overrides the switches. */
  readonly pacing?: Pacing;
  /** Called with CloudFormation's engine, for tests that change its behaviour. */
  readonly onEngine?: (engine: Engine) => void;
}

/** The rehearsal's AWS: one endpoint with moto and our own services behind it. */
export interface AwsStandIn {
  readonly gateway: Gateway;
  /** Auto Scaling of the first region, as are the next five. */
  readonly autoscaling: AutoScaling;
  readonly eks: Eks;
  readonly lambda: Lambda;
  readonly bus: EventBus;
  readonly scheduler: Scheduler;
  readonly spot: SpotInterruptions;
  /** Names of the regions in use. */
  regions(): readonly string[];
  readonly eksImages: EksImages;
  readonly faults: Faults;
  readonly sessions: Sessions;
  /** Errors of background work that no caller waits for, oldest first. */
  problems(): readonly string[];
  stop(): Promise<void>;
}

/** Starts moto, our services, and the gateway in front of them. */
export async function startAws(options: AwsOptions): Promise<AwsStandIn> {
  const moto = await options.startMoto(join(options.logFolder, 'moto.log'));
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

/** Starts everything in front of a running moto. */
async function startFront(options: AwsOptions, motoUrl: string): Promise<AwsStandIn> {
  const { account, region, logFolder } = options;
  const endpoint = `http://127.0.0.1:${options.port}`;
  const switches = { ...ALL_OFF, ...options.switches };
  const sessions = createSessions(switches.sessionScale);
  const faults = createFaults(switches, sessions, seededRandom(switches.seed));
  const { problem, problems } = keepProblems(logFolder);
  const regions = createRegions((name) =>
    startRegion({ ...options, region: name, endpoint, problem, iamDelayMs: switches.iamDelayMs }),
  );
  const home = regions.in(region);
  const buckets = createBucketRegions();
  const eksImages = createEksImages();
  const identities = createIdentities(motoUrl);
  const gateway = await startGateway({
    port: options.port,
    motoUrl,
    log: join(logFolder, 'aws-requests.jsonl'),
    services: [
      ...regionalServices(regions),
      createCloudFormation({
        endpoint,
        accountId: account,
        log: lineLog(logFolder, 'cloudformation'),
        pacing: pacingFor(switches),
        behaviour: { staleReads: switches.staleReads },
        ...(options.pacing === undefined ? {} : { pacing: options.pacing }),
        ...(options.onEngine === undefined ? {} : { onEngine: options.onEngine }),
      }),
      serviceQuotas(account, options.quotas),
      ...(options.services ?? []),
    ],
    answers: [
      ...(options.answers ?? []),
      webIdentity({ motoUrl, iam: home.clients.iam, jwksUrls: options.jwksUrls, sessions }),
      presignedIdentity(motoUrl),
      pendingInstances(switches.pendingMs, launchTimes(home.clients.ec2)),
      spotCapacity(switches.spotCapacity, templateAsksForSpot(home.clients.ec2)),
      simulatePolicy(identities),
      dryRun,
      eksImages.answer,
      lambdaAnswer(regions),
    ],
    disturb: (call) => faults.disturb(call) ?? otherOwner(call, account) ?? buckets.answer(call),
    authorize: createAuthorize(identities, { account, motoUrl, endpoint }),
  });
  gateway.onMutation(observeIn(regions, problem));
  gateway.onMutation((_service, _action, call) => buckets.learn(call));
  gateway.onMutation((service) => service === 'iam' && identities.forget());
  const stop = async () => {
    for (const name of regions.names()) {
      regions.in(name).scheduler.stop();
      await regions.in(name).autoscaling.stop();
    }
    await gateway.stop();
  };
  return { ...home, regions: regions.names, gateway, eksImages, faults, sessions, problems, stop };
}

function pacingFor({ latency, scale, failures, seed }: Switches) {
  const realistic = () => realisticPacing(scale, seededRandom(seed + 1));
  return failingPacing(latency === 'realistic' ? realistic() : steadyPacing(), failures);
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
