import { type AddressInfo, createServer, type Server } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runBundle } from '../../dev/testing/programs/run-bundle.ts';
import { badInputs, environment } from '../../dev/testing/samples/configure-inputs.ts';

/** Takes the place of AWS and of the API server. Counts connections and answers without TLS. */
let server: Server;
let connections = 0;
let port = 0;

beforeAll(async () => {
  server = createServer((socket) => {
    connections += 1;
    socket.end('this is no TLS\n');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  port = (server.address() as AddressInfo).port;
});
afterAll(() => server.close());

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

describe('the bundle, given bad inputs', () => {
  it.each(badInputs)(
    'fails with one annotation and no call: %s',
    async (_name, inputs, input, words) => {
      const run = await runBundle('configure-multus', pointed(inputs), aws());
      expect(run.exitCode, run.log).toBe(1);
      expect(run.errors).toHaveLength(1);
      expect(run.errors[0]).toContain(`Input "${input}": got `);
      expect(run.errors[0]).toContain('allowed: ');
      expect(run.errors[0]).toMatch(words);
      expect(run.outputs).toEqual({
        failure: expect.stringContaining('"title":"Invalid input"'),
      });
      expect(connections).toBe(0);
    },
  );

  it('makes calls when the inputs are good', async () => {
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
