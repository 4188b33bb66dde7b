import { afterAll, beforeAll, expect, it } from 'vitest';
import { type JobInAws, startJobInAws } from '../../dev/testing/programs/job-in-aws.ts';
import { runSource } from '../../dev/testing/programs/run-bundle.ts';
import { LAB_INPUTS } from '../../dev/testing/samples/lab-inputs.ts';

let job: JobInAws;

beforeAll(async () => {
  // The session ends at the second call, so that there are two of everything to hide.
  job = await startJobInAws({ switches: { expireAfter: 2 } });
});
afterAll(() => job?.stop());

it('masks each secret before anything can print it, and never prints it', async () => {
  const { aws, issuer, role, env } = job;
  const inputs = { ...LAB_INPUTS, command: 'destroy', 'role-to-assume': role };
  const { exitCode, log } = await runSource('provision', inputs, env);
  expect(exitCode, log).toBe(0);
  const lines = log.split('\n');
  const secrets = lines.flatMap((line) => /^::add-mask::(.+)$/.exec(line)?.[1] ?? []);
  const others = lines.filter((line) => !line.startsWith('::add-mask::'));
  expect(secrets.filter((secret) => secret.startsWith('ey'))).toHaveLength(2);
  const keys = aws.aws.gateway.calls().flatMap(({ accessKey = '' }) => accessKey);
  const sessionKeys = new Set(keys.filter((key) => key.startsWith('ASIA')));
  expect(sessionKeys.size).toBe(2);
  expect(secrets).toEqual(expect.arrayContaining([...sessionKeys]));
  expect(secrets).toHaveLength(2 * 4);
  for (const secret of secrets) expect(others.filter((line) => line.includes(secret))).toEqual([]);
  expect(log).not.toContain(issuer.requestToken);
});
