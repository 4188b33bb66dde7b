import { afterAll, beforeAll, expect, it } from 'vitest';
import { permissionFindings } from '../../dev/rehearsal/permission-facts.ts';
import { steadyPacing } from '../../dev/stand-ins/aws/cloudformation/pacing/pacing.ts';
import { type JobInAws, startJobInAws } from '../../dev/testing/programs/job-in-aws.ts';
import { runProvisionAtSpeed } from '../../dev/testing/programs/run-bundle.ts';
import { LAB_INPUTS } from '../../dev/testing/samples/lab-inputs.ts';

/** The life of an environment, with the roles of `github-oidc.yaml`. */
const GROUPS = (max: number) =>
  `- { name: ng1, zone: ap-northeast-2a, min: 1, desired: 2, max: ${max} }`;
const LIFE = [
  { command: 'plan' },
  { command: 'deploy', 'ttl-hours': '24', 'expiry-guard': 'true' },
  { command: 'extend', 'expires-at': '2036-01-01T00:00:00Z' },
  { command: 'deploy' },
  { command: 'deploy', 'node-groups': GROUPS(4), 'nat-gateways': 'per-az' },
  { command: 'renew' },
  { command: 'destroy' },
] as const;

/** How many times faster the action's clock runs: the stand-in takes almost no time. */
const SPEED = 20;

let job: JobInAws;

beforeAll(async () => {
  job = await startJobInAws({ pacing: steadyPacing(20) });
  const { roles, env } = job;
  for (const step of LIFE) {
    const inputs = { ...LAB_INPUTS, ...roles, ...step };
    const ofRun = { ...env, GITHUB_RUN_ID: crypto.randomUUID() };
    const run = await runProvisionAtSpeed(SPEED, inputs, ofRun);
    if (run.exitCode !== 0) throw new Error(run.log);
  }
});

afterAll(() => job?.stop());

it('both roles may do exactly what they use, and what is listed with a reason', () => {
  const findings = permissionFindings(job.aws.aws, { all: true });
  expect(findings).toHaveLength(3);
  for (const { found, ok } of findings) expect(ok, found).toBe(true);
});
