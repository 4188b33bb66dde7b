import { type AddressInfo, createServer, type Server } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type ActionProcess,
  startActionProcess,
} from '../../dev/testing/programs/action-process.ts';
import { expectRefusal } from '../../dev/testing/programs/refusal.ts';
import { type BundleRun, runBundle } from '../../dev/testing/programs/run-bundle.ts';
import { badInputs, environment } from '../../dev/testing/samples/configure-inputs.ts';

/** Takes the place of AWS and of the API server. Counts connections and answers without TLS. */
let server: Server;
let connections = 0;
let port = 0;
let action: ActionProcess;

beforeAll(async () => {
  action = startActionProcess('configure-multus');
  server = createServer((socket) => {
    connections += 1;
    socket.end('this is no TLS\n');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  port = (server.address() as AddressInfo).port;
});
afterAll(async () => {
  await action?.stop();
  server.close();
});

const aws = () => ({
  AWS_ENDPOINT_URL: `http://127.0.0.1:${port}`,
  AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE',
  AWS_SECRET_ACCESS_KEY: 'secret',
});

/** Points the inputs at the counting server instead of the cluster. */
function pointed(inputs: Readonly<Record<string, string>>): Record<string, string> {
  const endpoint = `https://127.0.0.1:${port}`;
  return Object.fromEntries(
    Object.entries(inputs).map(([name, value]) => [
      name,
      value
        .replace(environment.cluster.endpoint, endpoint)
        .replace('https://c1.example.com', endpoint),
    ]),
  );
}

type Row = (typeof badInputs)[number];

function expectNoCall([, , input, allowed]: Row, run: BundleRun): void {
  expectRefusal(run, { input, allowed });
  expect(connections).toBe(0);
}

describe('given bad inputs', () => {
  it.each(badInputs)('the action fails with one annotation and no call: %s', async (...row) => {
    expectNoCall(row, await action.run(pointed(row[1]), aws()));
  });

  it.each(badInputs.filter((_, index) => index % 10 === 0))(
    'the bundle fails with one annotation and no call: %s',
    async (...row) => {
      expectNoCall(row, await runBundle('configure-multus', pointed(row[1]), aws()));
    },
  );

  it('the bundle makes calls when the inputs are good', async () => {
    const good = {
      ...pointed({ environment: JSON.stringify(environment) }),
      'timeout-minutes': '1',
    };
    const networks = '- { name: eni-prefix-1, network: 1 }';
    const run = await runBundle('configure-multus', { ...good, networks }, aws());
    expect(connections).toBeGreaterThan(0);
    expect(run.errors).toEqual([expect.stringMatching(/no usable answer from the API server/)]);
    expect(run.outputs['aws-auth-changed']).toBe('false');
  });
});
