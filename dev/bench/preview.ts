import { REGION } from '../stand-ins/aws/testing/local-aws.ts';
import { startTestAws } from '../stand-ins/aws/testing/stand-in.ts';
import { fakeNamespaces } from '../testing/fakes/fake-namespaces.ts';
import { fastClock } from '../testing/fakes/fast-clock.ts';
import { LAB_INPUTS } from '../testing/samples/lab-inputs.ts';
import { CREDENTIALS } from './bundles.ts';
import { type LabRun, runInputs } from './lab-trial.ts';
import { atMost, type Bench, type Measurement, noted } from './measurement.ts';

/** How many times faster than real time AWS's durations and the action's clock run. */
const SPEED = 8;
const NODE_GROUPS = '- { name: ng1, zone: ap-northeast-2a, min: 1, desired: 1, max: 2 }';
const BASE = LAB_INPUTS['environment'] ?? '';
/** The inputs of a preview with its own cluster, and of one on the cluster of the lab. */
const WHOLE = {
  ...LAB_INPUTS,
  environment: 'eks-multus-pr-1',
  'node-groups': NODE_GROUPS,
};
const SHARED = {
  'aws-region': REGION,
  environment: 'eks-multus-pr-2',
  'base-environment': BASE,
  'node-groups': NODE_GROUPS,
};
/**
 * The time after the deploy, which is the same for both: a node boots and joins, Multus starts on it, pods
 * start and are probed. Measured in seconds from the end of the node group's stack to the last ping in a
 * rehearsal of `preview-on-base`, on a busy machine.
 */
const CONFIGURE_AND_VERIFY = 80;
/**
 * A preview on a shared cluster must be ready within this share of the time that one with its own cluster
 * takes.
 */
const SHARE = 0.3;

/**
 * A preview with its own cluster and one on the cluster of another environment: the provisioning calls of
 * preview.yml, against an AWS with realistic latencies, in scaled time. Leaves out the runner's time, which is
 * the same for both.
 */
export const preview: Bench = async ({ say }) => {
  const aws = await startTestAws({
    switches: { latency: 'realistic', scale: 1 / SPEED },
    pace: { secondMs: 1000 / SPEED },
  });
  const clock = fastClock(SPEED);
  const kubernetes = fakeNamespaces().api;
  const run = (inputs: Readonly<Record<string, string>>, command: string) => {
    say(`${inputs['environment']}: ${command}`);
    return runInputs({ ...inputs, command }, clock, kubernetes);
  };
  try {
    const { endpoint } = aws;
    Object.assign(process.env, CREDENTIALS, { AWS_ENDPOINT_URL: endpoint, AWS_REGION: REGION });
    await run(LAB_INPUTS, 'deploy');
    const whole = [await run(WHOLE, 'plan'), await run(WHOLE, 'deploy')];
    const shared = [await run(SHARED, 'plan'), await run(SHARED, 'deploy')];
    return [
      ...sideBySide(whole, shared),
      noted('cluster of its own: destroy', seconds([await run(WHOLE, 'destroy')]), 's'),
      noted('on a shared cluster: destroy', seconds([await run(SHARED, 'destroy')]), 's'),
    ];
  } finally {
    await aws.stop();
  }
};

function sideBySide(whole: readonly LabRun[], shared: readonly LabRun[]): readonly Measurement[] {
  const [wholeReady, sharedReady] = [whole, shared].map(
    (runs) => seconds(runs) + CONFIGURE_AND_VERIFY,
  ) as [number, number];
  // The duration at which both times would have exactly the allowed ratio.
  const room = (SHARE * seconds(whole) - seconds(shared)) / (1 - SHARE);
  return [
    noted('cluster of its own: plan and deploy', seconds(whole), 's'),
    noted('on a shared cluster: plan and deploy', seconds(shared), 's'),
    atMost('shared / own, plan and deploy', seconds(shared) / seconds(whole), '', SHARE),
    noted('configure-multus and verify, as rehearsed', CONFIGURE_AND_VERIFY, 's'),
    noted('cluster of its own: ready', wholeReady, 's'),
    noted('on a shared cluster: ready', sharedReady, 's'),
    atMost('shared / own, ready', sharedReady / wholeReady, '', SHARE),
    noted('configure-multus and verify: may take', room, 's'),
  ];
}

function seconds(runs: readonly LabRun[]): number {
  return runs.reduce((sum, { wallMs }) => sum + wallMs, 0) / 1000;
}
