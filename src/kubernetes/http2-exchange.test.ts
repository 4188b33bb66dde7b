import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createSecureServer, type Http2Session } from 'node:http2';
import { createServer } from 'node:https';
import type { AddressInfo, Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createAuthority, issue } from '../../dev/stand-ins/cluster/certificates.ts';
import { isTransient } from '../core/retry.ts';
import { type Exchange, http2Exchange, restOf } from './rest.ts';

let folder: string;
let trust: { readonly ca: Buffer };
let identity: { readonly cert: Buffer; readonly key: Buffer };

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'http2-'));
  const authority = await createAuthority(folder, 'tests');
  const subject = { commonName: 'server', ipAddresses: ['127.0.0.1'] };
  const { certificate, key } = await issue(authority, 'server', subject);
  trust = { ca: await readFile(authority.certificate) };
  identity = { cert: await readFile(certificate), key: await readFile(key) };
});
afterAll(() => rm(folder, { recursive: true }));

let server: Server;
let sessions: Http2Session[];
let send: Exchange;
afterEach(() => {
  for (const session of sessions) session.destroy();
  server.close();
});

type Handler = Parameters<typeof createSecureServer>[1];

async function start(handler: NonNullable<Handler>) {
  const one = createSecureServer(identity, (request, response) => {
    request.stream.on('error', () => undefined);
    handler(request, response);
  });
  one.on('session', (session) => sessions.push(session));
  return listen(one);
}

async function listen(one: Server) {
  server = one;
  sessions = [];
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = new URL(`https://127.0.0.1:${(server.address() as AddressInfo).port}/api?x=1`);
  const exchange = http2Exchange(async () => ({
    status: 418,
    text: 'by HTTP/1.1',
    retryAfter: undefined,
  }));
  send = (_, options, text) => exchange(url, { ...trust, ...options }, text);
  return url;
}

const ask = (options: Parameters<Exchange>[1] = {}, text?: string) =>
  send(new URL('https://unused'), { method: 'POST', ...options }, text);

describe('a server of HTTP/2', () => {
  it('is told method, path, headers and body, and who we are; what it answers comes back', async () => {
    await start((request, response) => {
      const { method, url, headers } = request;
      let body = '';
      request.setEncoding('utf8').on('data', (text: string) => {
        body += text;
      });
      request.on('end', () => {
        response.writeHead(201);
        response.end(JSON.stringify([method, url, headers['x-a'], headers.authorization, body]));
      });
    });
    for (const method of ['POST', 'DELETE']) {
      const { status, text } = await ask({ method, headers: { 'X-A': '1' }, auth: 'u:p' }, 'ü');
      expect(status).toBe(201);
      expect(JSON.parse(text)).toEqual([method, '/api?x=1', '1', 'Basic dTpw', 'ü']);
    }
    const { text } = await ask({ method: 'DELETE' });
    expect(JSON.parse(text).at(-1)).toBe('');
  });

  it('has many requests at once on one connection', async () => {
    await start((request, response) => void response.end(`${request.headers['x-n']}`));
    const numbers = Array.from({ length: 300 }, (_, index) => String(index));
    const replies = await Promise.all(numbers.map((n) => ask({ headers: { 'x-n': n } })));
    expect(replies.map(({ text }) => text)).toEqual(numbers);
    expect(sessions).toHaveLength(1);
  });

  it('is kept in the memory of whoever is between, while nothing is said', async () => {
    const { port } = await start((_, response) => void response.end('here'));
    await ask();
    const hex = Number(port).toString(16).toUpperCase().padStart(4, '0');
    const connections = (await readFile('/proc/net/tcp', 'utf8')).split('\n');
    const ours = connections.map((line) => line.trim().split(/\s+/));
    const timers = ours.filter(([, , peer]) => peer?.endsWith(`:${hex}`)).map((line) => line[5]);
    // The kernel's number for the timer of keep-alive is 2.
    expect(timers).toEqual([expect.stringMatching(/^02:/)]);
  });

  it('is connected to again when it has said that it goes, or has gone', async () => {
    await start((_, response) => void response.end('here'));
    await ask();
    sessions[0]?.goaway();
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(await ask()).toMatchObject({ text: 'here' });
    sessions[1]?.destroy();
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(await ask()).toMatchObject({ text: 'here' });
    expect(sessions).toHaveLength(3);
  });

  it('that refuses a request without a look at it gets it again, but not for ever', async () => {
    let asked = 0;
    await start((request, response) => {
      asked += 1;
      if (asked === 1 || asked > 2) request.stream.close(7);
      else response.end('taken');
    });
    expect(await ask()).toMatchObject({ text: 'taken' });
    expect(isTransient(await ask().catch((error: unknown) => error))).toBe(true);
    expect(asked).toBe(5);
  });

  it('that drops a request, or the connection, is an error that may pass', async () => {
    await start((request) => {
      if (request.headers['x-whole'] === undefined) request.stream.close(8);
      else request.stream.session?.destroy();
    });
    const errors = [
      await ask().catch(String),
      await ask({ headers: { 'x-whole': '' } }).catch((e) => e),
    ];
    expect(errors[0]).toMatch(/the connection ended before the answer/);
    expect(isTransient(errors[1])).toBe(true);
  });

  it('that cannot be trusted, or is not there, is an error; the next request tries anew', async () => {
    const url = await start((_, response) => void response.end('here'));
    const stranger = await ask({ ca: [] as never }).catch((error: unknown) => error);
    expect(stranger).toMatchObject({ code: expect.stringMatching(/CERT|ISSUER|SIGNATURE/) });
    expect(await ask()).toMatchObject({ text: 'here' });
    const nowhere = new URL(url);
    nowhere.port = '1';
    const never = http2Exchange(() => Promise.reject(new Error('not asked')));
    await expect(never(nowhere, trust)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });
});

it('thousands of requests at once are more than a connection holds, and wait for their turn', async () => {
  let [working, most] = [0, 0];
  const url = await start((request, response) => {
    working += 1;
    most = Math.max(most, working);
    request.resume().on('end', () => {
      working -= 1;
      response.end('{}');
    });
  });
  const headers = { authorization: `Bearer ${'t'.repeat(2_000)}` };
  const options = async () => ({ ...trust, headers });
  const rest = restOf({ url: url.origin, proxied: false, options });
  const body = { spec: 'p'.repeat(3_000) };
  const requests = Array.from({ length: 4_000 }, () => rest({ method: 'POST', path: '/x', body }));
  expect(await Promise.all(requests)).toHaveLength(4_000);
  expect(most).toBeLessThanOrEqual(100);
}, 120_000);

it('a server that does not speak HTTP/2 is asked the other way, each time', async () => {
  await listen(createServer(identity));
  expect(await ask()).toMatchObject({ status: 418 });
  expect(await ask()).toMatchObject({ text: 'by HTTP/1.1' });
  expect(sessions).toEqual([]);
});
