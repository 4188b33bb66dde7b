import { readProvisionInputs } from '../../src/provision/inputs.ts';
import { provision } from '../../src/provision/run.ts';
import { realDeps } from '../../src/provision/wiring.ts';
import { prepareAccount, serviceRoleArn } from '../stand-ins/aws/account.ts';
import type { Switches } from '../stand-ins/aws/faults/switches.ts';
import { freePort, REGION } from '../stand-ins/aws/testing/local-aws.ts';
import { startTestAws, type TestAws } from '../stand-ins/aws/testing/stand-in.ts';
import { GITHUB_ISSUER, type OidcIssuer, startOidcIssuer } from '../stand-ins/github/oidc.ts';
import { type FastClock, fastClock } from '../testing/fakes/fast-clock.ts';
import { LAB_INPUTS } from '../testing/samples/lab-inputs.ts';

/** An account of the AWS stand-in without machines, and a job that may deploy to it with its ID token. */
export interface Deployer {
  readonly aws: TestAws;
  /** Runs the provision action on the lab's environment, in this process, on the scaled clock. */
  run(command: 'deploy' | 'destroy', inputs?: Readonly<Record<string, string>>): Promise<TimedRun>;
  stop(): Promise<void>;
}

export interface TimedRun {
  readonly failure: unknown;
  /** On the action's clock. */
  readonly minutes: number;
  /** In real time. */
  readonly seconds: number;
  readonly lines: readonly string[];
}

const JOB = {
  repository: 'o/r',
  ref: 'refs/heads/main',
  workflow: '.github/workflows/provision.yml',
};

export interface Pace {
  /** The stand-in takes this share of AWS's time. */
  readonly scale: number;
  /** How many times faster than real time the action's clock runs. */
  readonly clockSpeed: number;
}

export async function startDeployer(
  { scale, clockSpeed }: Pace,
  switches: Partial<Switches>,
): Promise<Deployer> {
  const issuer = await startOidcIssuer(await freePort(), JOB);
  const slow = { latency: 'realistic', scale, ...switches } as const;
  const aws = await startTestAws({
    switches: slow,
    jwksUrls: { [GITHUB_ISSUER]: issuer.jwksUrl },
    // The launch hooks' own calls run in real time, so their heartbeats must not expire too early.
    pace: { secondMs: 200 },
  });
  const account = { endpoint: aws.endpoint, account: '123456789012', region: REGION };
  const role = await prepareAccount({ ...account, repository: JOB.repository });
  const roles = { 'role-to-assume': role, 'cloudformation-role-arn': serviceRoleArn(role) };
  process.env['AWS_ENDPOINT_URL'] = aws.endpoint;
  const clock = fastClock(clockSpeed);
  return {
    aws,
    run: (command, inputs) => timed(clock, issuer, { ...LAB_INPUTS, command, ...roles, ...inputs }),
    async stop() {
      await aws.stop();
      await issuer.stop();
    },
  };
}

async function timed(
  clock: FastClock,
  issuer: OidcIssuer,
  texts: Readonly<Record<string, string>>,
): Promise<TimedRun> {
  const lines: string[] = [];
  const say = (line: string) => void lines.push(line);
  const log = { info: say, warn: say, group: <T>(_: string, work: () => Promise<T>) => work() };
  const inputs = readProvisionInputs((name) => texts[name] ?? '');
  const tokens = { idToken: (audience: string) => tokenOf(issuer, audience), mask: () => {} };
  const deps = {
    ...realDeps(inputs.region, inputs.role, { tokens, clock }),
    log,
    publish: async () => undefined,
  };
  const [began, trulyBegan] = [clock.now(), Date.now()];
  const failure: unknown = await provision(inputs, deps).catch((error: unknown) => error);
  const seconds = (Date.now() - trulyBegan) / 1000;
  return { failure, minutes: (clock.now() - began) / 60_000, seconds, lines };
}

async function tokenOf(issuer: OidcIssuer, audience: string): Promise<string> {
  const headers = { authorization: `Bearer ${issuer.requestToken}` };
  const answer = await fetch(`${issuer.requestUrl}&audience=${audience}`, { headers });
  return ((await answer.json()) as { value: string }).value;
}

/** The row of a run in a soak's table; a failed run also prints what it said last, and why it failed. */
export function runFinding(what: string, run: TimedRun) {
  if (run.failure !== undefined) console.log(run.lines.slice(-40).join('\n'), run.failure);
  const found = `${run.failure === undefined ? 'done' : 'failed'} after ${run.seconds.toFixed(1)} s`;
  return { what, found, ok: run.failure === undefined };
}
