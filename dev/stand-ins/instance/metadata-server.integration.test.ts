import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type MetadataServer, startMetadataServer } from './metadata-server.ts';

let server: MetadataServer;
let asked: string[] = [];

beforeAll(async () => {
  server = await startMetadataServer({
    host: '127.0.0.1',
    port: 0,
    lookUp: async (source) => {
      asked.push(source);
      if (source !== '127.0.0.1') return undefined;
      return {
        'meta-data': { 'instance-id': 'i-1', broken: () => Promise.reject(new Error('x')) },
      };
    },
  });
});
afterAll(() => server.stop());

const call = (path: string, init: RequestInit = {}) =>
  fetch(`http://127.0.0.1:${server.port}${path}`, init);
const askToken = (headers: Record<string, string>) =>
  call('/latest/api/token', { method: 'PUT', headers });
const ttl = (seconds: string) => ({ 'X-aws-ec2-metadata-token-ttl-seconds': seconds });
const withToken = async (path: string) => {
  const token = await (await askToken(ttl('60'))).text();
  return call(path, { headers: { 'X-aws-ec2-metadata-token': token } });
};

describe('the instance metadata service', () => {
  it('answers nothing without a token', async () => {
    asked = [];
    expect((await call('/latest/meta-data/instance-id')).status).toBe(401);
    const headers = { 'X-aws-ec2-metadata-token': 'made up' };
    expect((await call('/latest/meta-data/instance-id', { headers })).status).toBe(401);
    expect(asked).toEqual([]);
  });

  it('returns items and listings for a token', async () => {
    const item = await withToken('/latest/meta-data/instance-id');
    expect([item.status, await item.text()]).toEqual([200, 'i-1']);
    expect(await (await withToken('/latest/meta-data/')).text()).toBe('instance-id\nbroken');
    expect((await withToken('/latest/meta-data/nothing')).status).toBe(404);
    expect((await withToken('/2099-01-01/meta-data')).status).toBe(404);
  });

  it('reports the lifetime of a token, and refuses lifetimes that EC2 refuses', async () => {
    const answer = await askToken(ttl('21600'));
    expect(answer.headers.get('x-aws-ec2-metadata-token-ttl-seconds')).toBe('21600');
    for (const seconds of ['0', '21601', 'x']) {
      expect((await askToken(ttl(seconds))).status).toBe(400);
    }
    expect((await askToken({})).status).toBe(400);
  });

  it('refuses a token to a forwarded request', async () => {
    expect((await askToken({ ...ttl('60'), 'X-Forwarded-For': '10.0.0.1' })).status).toBe(403);
  });

  it('rejects an expired token', async () => {
    const token = await (await askToken(ttl('1'))).text();
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    const headers = { 'X-aws-ec2-metadata-token': token };
    expect((await call('/latest/meta-data/instance-id', { headers })).status).toBe(401);
  });

  it('reports its own failure as a server error', async () => {
    expect((await withToken('/latest/meta-data/broken')).status).toBe(500);
  });
});
