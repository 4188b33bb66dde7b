import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { idToken } from './id-token.ts';

const stops: (() => void)[] = [];

afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
  for (const stop of stops.splice(0)) stop();
});

/** Starts a token endpoint that answers with these statuses in turn, and then repeats the last one. */
async function issuer(...statuses: readonly number[]): Promise<readonly IncomingMessage[]> {
  const requests: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    const status = statuses[Math.min(requests.length, statuses.length - 1)] ?? 200;
    requests.push(request);
    response.writeHead(status).end(status === 200 ? '{"value":"the-token"}' : 'sorry');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  stops.push(() => server.close());
  const { port } = server.address() as AddressInfo;
  vi.stubEnv('ACTIONS_ID_TOKEN_REQUEST_URL', `http://127.0.0.1:${port}/token?api-version=2.0`);
  vi.stubEnv('ACTIONS_ID_TOKEN_REQUEST_TOKEN', 'the-bearer');
  return requests;
}

describe('idToken', () => {
  it("requests a token for the audience with the job's credentials, and masks it", async () => {
    const requests = await issuer(200);
    const written = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
    expect(await idToken('sts.amazonaws.com')).toBe('the-token');
    expect(requests.map(({ url }) => url)).toEqual([
      '/token?api-version=2.0&audience=sts.amazonaws.com',
    ]);
    expect(requests[0]?.headers.authorization).toBe('Bearer the-bearer');
    expect(written.mock.calls.flat().join('')).toContain('::add-mask::the-token');
  });

  it('tries again when GitHub is unavailable', async () => {
    const requests = await issuer(503, 200);
    expect(await idToken('sts.amazonaws.com')).toBe('the-token');
    expect(requests).toHaveLength(2);
  });

  it('reports a refusal without trying again', async () => {
    const requests = await issuer(401);
    await expect(idToken('sts.amazonaws.com')).rejects.toThrow('the answer has status 401');
    expect(requests).toHaveLength(1);
  });

  it('names the permission when the job may not request a token', async () => {
    vi.stubEnv('ACTIONS_ID_TOKEN_REQUEST_URL', undefined);
    await expect(idToken('sts.amazonaws.com')).rejects.toThrow('permissions: { id-token: write }');
  });
});
