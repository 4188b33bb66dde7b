import { afterAll, beforeAll, expect, it } from 'vitest';
import { recordingServer, runBundle } from '../../dev/testing/programs/run-bundle.ts';
import { LAB_INPUTS } from '../../dev/testing/samples/lab-inputs.ts';
import { BAD_INPUTS } from './testing/bad-inputs.ts';

let server: Awaited<ReturnType<typeof recordingServer>>;

beforeAll(async () => {
  server = await recordingServer();
});
afterAll(() => server.close());

it('the table has at least 60 rows', () => {
  expect(BAD_INPUTS.length).toBeGreaterThanOrEqual(60);
});

it.concurrent.each(BAD_INPUTS)(
  'the bundle refuses %j before any call',
  async (changes, input, allowed) => {
    const env = {
      AWS_ENDPOINT_URL: server.url,
      AWS_ACCESS_KEY_ID: 'a',
      AWS_SECRET_ACCESS_KEY: 'b',
    };
    const { exitCode, errors, outputs } = await runBundle(
      'provision',
      { ...LAB_INPUTS, ...changes },
      env,
    );
    expect(exitCode).toBe(1);
    expect(errors).toHaveLength(1);
    const got = changes[input] === '' ? 'nothing' : JSON.stringify(changes[input]);
    expect(errors[0]).toContain(`Input "${input}": got ${got}`);
    expect(errors[0]).toContain(allowed);
    expect(outputs).toEqual({ failure: expect.stringContaining('"title":"Invalid input"') });
    expect(server.requests).toEqual([]);
  },
);
