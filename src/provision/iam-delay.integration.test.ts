import { expect, it } from 'vitest';
import { startJobInAws } from '../../dev/testing/programs/job-in-aws.ts';
import { runProvisionAtSpeed } from '../../dev/testing/programs/run-bundle.ts';
import { LAB_INPUTS } from '../../dev/testing/samples/lab-inputs.ts';
import { startedForTests } from '../../dev/testing/setup/started-for-tests.ts';

/** Time in AWS passes so much faster. EKS learns of a new role after 100 seconds of it. */
const SPEED = 200;
const switches = { latency: 'realistic', scale: 1 / SPEED, iamDelayMs: 100_000 / SPEED } as const;

const job = startedForTests(() => startJobInAws({ switches }));

it.each(['access-entries', 'both'])(
  'roles that spread slowly through IAM are admitted at the first try with %s',
  async (authentication) => {
    const inputs = { ...LAB_INPUTS, ...job().roles, authentication };
    const run = (command: string) => {
      const env = { ...job().env, GITHUB_RUN_ID: crypto.randomUUID() };
      return runProvisionAtSpeed(20, { ...inputs, command }, env);
    };
    const deployed = await run('deploy');
    expect(deployed.log).not.toContain('invalid principal');
    expect(deployed.exitCode, deployed.log).toBe(0);
    expect((await run('destroy')).exitCode).toBe(0);
  },
);
