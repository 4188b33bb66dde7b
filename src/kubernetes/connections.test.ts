import { mkdtemp, readFile, rm } from 'node:fs/promises';
import type { RequestListener } from 'node:http';
import { createServer, type RequestOptions, type Server } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createAuthority, issue } from '../../dev/stand-ins/cluster/certificates.ts';
import { isTransient } from '../core/retry.ts';
import { type Rest, restOf } from './rest.ts';

let folder: string;
let trust: { readonly ca: Buffer };
let identity: { readonly cert: Buffer; readonly key: Buffer };

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'connections-'));
  const authority = await createAuthority(folder, 'tests');
  const subject = { commonName: 'server', ipAddresses: ['127.0.0.1'] };
  const { certificate, key } = await issue(authority, 'server', subject);
  trust = { ca: await readFile(authority.certificate) };
  identity = { cert: await readFile(certificate), key: await readFile(key) };
});
afterAll(() => rm(folder, { recursive: true }));

let server: Server;
let connections: Socket[];
let port: number;
let rest: Rest;
afterEach(() => {
  for (const connection of connections) connection.destroy();
  server.close();
});

/** A server with a certificate, and how to send requests to it. */
async function start(handler: RequestListener, options: RequestOptions = {}) {
  connections = [];
  server = createServer(identity, handler);
  server.on('secureConnection', (socket) => connections.push(socket));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  ({ port } = server.address() as AddressInfo);
  rest = restTo(port, options);
}

const restTo = (to: number, options: RequestOptions = {}) =>
  restOf({
    url: `https://127.0.0.1:${to}`,
    proxied: false,
    options: async () => ({ ...trust, ...options }),
  });
/** Like `restTo`, but gives up on a server that is silent for longer than this. */
const impatient = (silenceMs: number) =>
  restOf(
    { url: `https://127.0.0.1:${port}`, proxied: false, options: async () => trust },
    { silenceMs },
  );
const ask = () => rest<string>({ method: 'GET', path: '/api' });
const pause = () => new Promise((resolve) => setTimeout(resolve, 50));

describe('requests to a server with a certificate', () => {
  it('carry their method, path, headers, body and identity', async () => {
    await start(
      (request, response) => {
        const { method, url, headers } = request;
        let body = '';
        request.setEncoding('utf8').on('data', (text: string) => {
          body += text;
        });
        request.on('end', () => {
          response.writeHead(201);
          response.end(JSON.stringify([method, url, headers['x-a'], headers.authorization, body]));
        });
      },
      { headers: { 'X-A': '1' }, auth: 'u:p' },
    );
    for (const method of ['POST', 'DELETE'] as const) {
      const answer = await rest({ method, path: '/api', query: { x: 1 }, body: 'ü' });
      expect(answer).toEqual([method, '/api?x=1', '1', 'Basic dTpw', '"ü"']);
    }
    const answer = await rest<string[]>({ method: 'DELETE', path: '/api' });
    expect(answer.at(-1)).toBe('');
  });

  it('share at most 16 connections', async () => {
    let [working, most] = [0, 0];
    await start(
      (request, response) => {
        working += 1;
        most = Math.max(most, working);
        request.resume().on('end', () => {
          working -= 1;
          response.end('{}');
        });
      },
      { headers: { authorization: `Bearer ${'t'.repeat(2_000)}` } },
    );
    const body = { spec: 'p'.repeat(3_000) };
    const all = Array.from({ length: 4_000 }, () => rest({ method: 'POST', path: '/x', body }));
    expect(await Promise.all(all)).toHaveLength(4_000);
    expect(most).toBeLessThanOrEqual(16);
    expect(connections.length).toBeLessThanOrEqual(16);
  }, 120_000);

  it('send TCP keep-alives on a silent connection, so that NAT devices keep it', async () => {
    await start((_, response) => void response.end('here'));
    await ask();
    await ask();
    const hex = port.toString(16).toUpperCase().padStart(4, '0');
    const lines = (await readFile('/proc/net/tcp', 'utf8')).split('\n');
    const ours = lines.map((line) => line.trim().split(/\s+/));
    const timers = ours.filter(([, , peer]) => peer?.endsWith(`:${hex}`)).map((line) => line[5]);
    // The kernel's number for the timer of keep-alive is 2.
    expect(timers).toEqual([expect.stringMatching(/^02:/)]);
  });

  it('open another connection when the server has closed one', async () => {
    await start((_, response) => void response.end('here'));
    expect(await ask()).toBe('here');
    connections[0]?.destroy();
    await pause();
    expect(await ask()).toBe('here');
    expect(connections).toHaveLength(2);
  });

  it('fail with a transient error when the server drops the connection', async () => {
    await start((request, response) => {
      if (request.url === '/half') response.write('half');
      setTimeout(() => request.socket.destroy(), 20);
    });
    for (const path of ['/none', '/half']) {
      const error = await rest({ method: 'GET', path }).catch((thrown: unknown) => thrown);
      expect(isTransient(error)).toBe(true);
    }
  });

  it('fail when the server is silent, also on a connection that was used before', async () => {
    await start((request, response) => {
      if (request.url !== '/never') response.end('here');
    });
    const get = impatient(300);
    expect(await get({ method: 'GET', path: '/soon' })).toBe('here');
    await expect(get({ method: 'GET', path: '/never' })).rejects.toMatchObject({
      code: 'ETIMEDOUT',
      message: 'no answer within 0.3 seconds',
    });
    expect(connections).toHaveLength(1);
  });

  it('may wait longer for a free connection than for an answer', async () => {
    await start((_, response) => void setTimeout(() => response.end('here'), 200));
    const get = impatient(1_500);
    const all = Array.from({ length: 16 * 10 }, () => get({ method: 'GET', path: '/' }));
    expect(await Promise.all(all)).toHaveLength(160);
  });

  it('fail when the certificate is not trusted or no server listens', async () => {
    await start((_, response) => void response.end('here'));
    const stranger = restTo(port, { ca: [] as never });
    await expect(stranger({ method: 'GET', path: '/api' })).rejects.toMatchObject({
      code: expect.stringMatching(/CERT|ISSUER|SIGNATURE/),
    });
    expect(await ask()).toBe('here');
    const nowhere = restTo(1);
    await expect(nowhere({ method: 'GET', path: '/api' })).rejects.toMatchObject({
      code: 'ECONNREFUSED',
    });
  });
});
