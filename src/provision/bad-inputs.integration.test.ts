import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  type ActionProcess,
  startActionProcess,
} from '../../dev/testing/programs/action-process.ts';
import { expectRefusal } from '../../dev/testing/programs/refusal.ts';
import {
  type BundleRun,
  recordingServer,
  runBundle,
} from '../../dev/testing/programs/run-bundle.ts';
import { LAB_INPUTS } from '../../dev/testing/samples/lab-inputs.ts';
import { BAD_INPUTS } from './testing/bad-inputs.ts';

let server: Awaited<ReturnType<typeof recordingServer>>;
let action: ActionProcess;

beforeAll(async () => {
  server = await recordingServer();
  action = startActionProcess('provision');
});
afterAll(async () => {
  await action?.stop();
  await server.close();
});

it('the table has at least 60 rows', () => {
  expect(BAD_INPUTS.length).toBeGreaterThanOrEqual(60);
});

type Row = (typeof BAD_INPUTS)[number];

const given = ([changes]: Row) =>
  [
    { ...LAB_INPUTS, ...changes },
    { AWS_ENDPOINT_URL: server.url, AWS_ACCESS_KEY_ID: 'a', AWS_SECRET_ACCESS_KEY: 'b' },
  ] as const;

function expectNoCall([changes, input, allowed]: Row, run: BundleRun): void {
  const got = changes[input] === '' ? 'nothing' : JSON.stringify(changes[input]);
  expectRefusal(run, { input, got, allowed });
  expect(server.requests).toEqual([]);
}

it.each(BAD_INPUTS)('the action refuses %j before any call', async (...row) => {
  expectNoCall(row, await action.run(...given(row)));
});

// Each start costs a tenth of a second of CPU time, so the bundle itself gets some rows of each part of the table.
it.concurrent.each(BAD_INPUTS.filter((_, index) => index % 20 === 0))(
  'the bundle refuses %j before any call',
  async (...row) => {
    expectNoCall(row, await runBundle('provision', ...given(row)));
  },
);
