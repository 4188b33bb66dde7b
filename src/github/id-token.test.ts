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

/** Where a job asks for tokens: answers with one status after the other, the last one again and again. */
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
  it('asks for the audience, as the job, and masks the token', async () => {
    const requests = await issuer(200);
    const written = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
    expect(await idToken('sts.amazonaws.com')).toBe('the-token');
    expect(requests.map(({ url }) => url)).toEqual([
      '/token?api-version=2.0&audience=sts.amazonaws.com',
    ]);
    expect(requests[0]?.headers.authorization).toBe('Bearer the-bearer');
    expect(written.mock.calls.flat().join('')).toContain('::add-mask::the-token');
  });

  it('asks again when GitHub has a problem', async () => {
    const requests = await issuer(503, 200);
    expect(await idToken('sts.amazonaws.com')).toBe('the-token');
    expect(requests).toHaveLength(2);
  });

  it('says so when GitHub refuses, without asking again', async () => {
    const requests = await issuer(401);
    await expect(idToken('sts.amazonaws.com')).rejects.toThrow('the answer has status 401');
    expect(requests).toHaveLength(1);
  });

  it('explains a job that may not request one', async () => {
    vi.stubEnv('ACTIONS_ID_TOKEN_REQUEST_URL', undefined);
    await expect(idToken('sts.amazonaws.com')).rejects.toThrow('permissions: { id-token: write }');
  });
});
