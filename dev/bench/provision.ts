import { join } from 'node:path';
import { REGION } from '../stand-ins/aws/testing/local-aws.ts';
import { startTestAws } from '../stand-ins/aws/testing/stand-in.ts';
import { fastClock } from '../testing/fakes/fast-clock.ts';
import { LAB_INPUTS } from '../testing/samples/lab-inputs.ts';
import { measureBundle } from './bundle-run.ts';
import { CREDENTIALS, measureBundles } from './bundles.ts';
import { type LabRun, runLab } from './lab-trial.ts';
import { atMost, type Bench, type Measurement, noted, percentile } from './measurement.ts';

import type { Operation } from './observed-stacks.ts';
import { partsAfterActive } from './readiness.ts';
import { SAMPLE_STACKS } from './sample-stacks.ts';
import { type Trial, tryStack } from './stack-trial.ts';

/** How many times faster than real time AWS's durations and the action's clock run. */
const SPEED = 8;
const ROUNDS = 3;

/**
 * The provisioning action against the rehearsal's AWS, whose CloudFormation takes as long as the real one.
 * Time is scaled for both alike, so the time that the stand-in and this machine take for a call counts `SPEED`
 * times. Cold starts, memory and the stack that ends at once are measured in real time.
 */
export const provision: Bench = async ({ root, say }) => [
  ...(await measureBundles(root, say)),
  ...(await measureAtOnce(root, say)),
  ...(await measureScaled(say)),
];

/** With a CloudFormation that takes almost no time. */
async function measureAtOnce(root: string, say: (line: string) => void) {
  const aws = await startTestAws();
  const env = { ...CREDENTIALS, AWS_ENDPOINT_URL: aws.endpoint };
  const script = join(root, 'actions', 'provision', 'dist', 'index.js');
  try {
    say('a stack that ends at once');
    const clock = fastClock(1);
    const { endpoint } = aws;
    const { operations } = await tryStack(
      { endpoint, clock },
      'once',
      SAMPLE_STACKS['log-group'] ?? '',
    );
    const seconds = (one: Operation) => (one.knownAt - one.beganAt) / 1000;
    say('the whole lab, by the bundle');
    const deploy = await measureBundle(script, LAB_INPUTS, env);
    const destroy = await measureBundle(script, { ...LAB_INPUTS, command: 'destroy' }, env);
    const peak = Math.max(deploy.peakMegabytes, destroy.peakMegabytes);
    return [
      atMost(
        'stack that ends at once: reported after',
        Math.max(...operations.map(seconds)),
        's',
        2,
      ),
      atMost('provision: peak memory', peak, 'MB', 150),
    ];
  } finally {
    await aws.stop();
  }
}

/** With the realistic latencies of CloudFormation, in scaled time. */
async function measureScaled(say: (line: string) => void): Promise<readonly Measurement[]> {
  const aws = await startTestAws({
    switches: { latency: 'realistic', scale: 1 / SPEED },
    pace: { secondMs: 1000 / SPEED },
  });
  try {
    const { endpoint } = aws;
    Object.assign(process.env, CREDENTIALS, { AWS_ENDPOINT_URL: endpoint, AWS_REGION: REGION });
    const clock = fastClock(SPEED);
    const trials: Trial[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      say(`stacks of different durations, ${round + 1} of ${ROUNDS}`);
      const running = Object.entries(SAMPLE_STACKS).map(([name, template]) =>
        tryStack({ endpoint, clock }, `${name}-${round}`, template),
      );
      trials.push(...(await Promise.all(running)));
    }
    const callsBefore = callsOf(aws);
    say('the lab: deploy');
    const deploy = await runLab('deploy', clock);
    const deployCalls = callsOf(aws) - callsBefore;
    say('the lab: destroy');
    const destroy = await runLab('destroy', clock);
    const calls = callsOf(aws) - callsBefore;
    return [
      ...lags(trials, [deploy, destroy], calls),
      ...readiness(deploy),
      ...labRuns(deploy, destroy, deployCalls, calls),
    ];
  } finally {
    await aws.stop();
  }
}

function callsOf(aws: Awaited<ReturnType<typeof startTestAws>>): number {
  const { AWS_ACCESS_KEY_ID: key } = CREDENTIALS;
  return aws.aws.gateway.calls().filter(({ accessKey }) => accessKey === key).length;
}

function lags(trials: readonly Trial[], labs: readonly LabRun[], labCalls: number) {
  const operations = [...trials, ...labs].flatMap((run) => run.operations);
  const seconds = lagsOf({ operations });
  const minutes = [...trials.map((one) => one.minutes), ...labs.map((one) => one.wallMs / 60_000)];
  const calls = labCalls + sum(trials.map((trial) => trial.calls));
  return [
    noted('operations on stacks', operations.length, 'operations'),
    noted('longest of them', Math.max(...operations.map(lasted)) / 1000, 's'),
    noted('detection lag p50', percentile(seconds, 0.5), 's'),
    atMost('detection lag p95', percentile(seconds, 0.95), 's', 2),
    noted('calls per minute, all runs, short ones too', calls / sum(minutes), 'calls/min'),
    atMost('lab: longest detection lag', Math.max(...labs.flatMap(lagsOf)), 's', 2),
  ];
}

/** A cluster is of use soon after EKS says that it is active, because what is slow and does not need it is there by then. */
function readiness({ operations }: LabRun): readonly Measurement[] {
  const parts = partsAfterActive(operations, LAB_INPUTS['environment'] ?? '');
  return [
    ...parts.map(({ name, seconds }) => noted(`  ${name}`, seconds, 's')),
    atMost(
      'lab: nodes Ready after EKS says ACTIVE',
      sum(parts.map((part) => part.seconds)),
      's',
      210,
    ),
  ];
}

function labRuns(deploy: LabRun, destroy: LabRun, deployCalls: number, calls: number) {
  const overhead = ({ wallMs, criticalPathMs }: LabRun) => (wallMs / criticalPathMs - 1) * 100;
  return [
    noted('lab deploy: stacks on the critical path', deploy.criticalPathMs / 1000, 's'),
    atMost('lab deploy: over the critical path', overhead(deploy), '%', 3),
    noted('lab deploy: API calls', deployCalls, 'calls'),
    atMost('lab deploy: calls per minute', deployCalls / (deploy.wallMs / 60_000), 'calls/min', 12),
    noted('lab destroy: stacks on the critical path', destroy.criticalPathMs / 1000, 's'),
    noted('lab destroy: over the critical path', overhead(destroy), '%'),
    noted('lab destroy: API calls', calls - deployCalls, 'calls'),
    atMost(
      'lab destroy: calls per minute',
      (calls - deployCalls) / (destroy.wallMs / 60_000),
      'calls/min',
      12,
    ),
  ];
}

/** The delay until the run saw the end of each operation, in seconds. */
function lagsOf({ operations }: Pick<LabRun, 'operations'>): readonly number[] {
  return operations.map(({ endedAt, knownAt }) => (knownAt - endedAt) / 1000);
}

function lasted({ beganAt, endedAt }: Operation): number {
  return endedAt - beganAt;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
