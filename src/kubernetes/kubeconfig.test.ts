import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readKubeconfig } from './kubeconfig.ts';

const base64 = (text: string) => Buffer.from(text).toString('base64');

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kubeconfig-'));
});
afterEach(() => rm(folder, { recursive: true }));

async function server(user: object, cluster: object = {}) {
  const path = join(folder, 'config');
  const config = {
    ...{ apiVersion: 'v1', kind: 'Config', 'current-context': 'two' },
    clusters: [
      { name: 'other', cluster: { server: 'https://other' } },
      { name: 'mine', cluster: { server: 'https://mine', ...cluster } },
    ],
    users: [{ name: 'me', user }],
    contexts: [
      { name: 'one', context: { cluster: 'other', user: 'me' } },
      { name: 'two', context: { cluster: 'mine', user: 'me', namespace: 'x' } },
    ],
  };
  await writeFile(path, JSON.stringify(config));
  return readKubeconfig(path);
}

const put = (name: string, text: string) => writeFile(join(folder, name), text);

describe('where the server is', () => {
  it('follows the current context', async () => {
    expect(await server({})).toMatchObject({ cluster: 'mine', url: 'https://mine', tls: {} });
  });

  it('has the authority in the file, or in a file beside it, and how the name is checked', async () => {
    await put('ca.pem', 'FILE');
    const file = { 'certificate-authority': 'ca.pem', 'tls-server-name': 'kubernetes' };
    expect((await server({}, file)).tls).toEqual({ ca: 'FILE', servername: 'kubernetes' });
    const both = { ...file, 'certificate-authority-data': base64('DATA') };
    expect((await server({}, both)).tls.ca).toBe('DATA');
    const unchecked = await server({}, { 'insecure-skip-tls-verify': true });
    expect(unchecked.tls).toEqual({ rejectUnauthorized: false });
  });

  it('is refused by a proxy that would be passed over', async () => {
    await expect(server({}, { 'proxy-url': 'http://p' })).rejects.toThrow('proxy-url');
  });
});

describe('who we are', () => {
  const identity = async (user: object) => (await server(user)).identity();

  it.each([
    [{ token: 't' }, { authorization: 'Bearer t' }],
    [{ username: 'u', password: 'p' }, { authorization: `Basic ${base64('u:p')}` }],
    [
      { token: 't', as: 'other' },
      { authorization: 'Bearer t', 'impersonate-user': 'other' },
    ],
    [{}, {}],
  ])('%j', async (user, headers) => {
    expect(await identity(user)).toEqual({ headers });
  });

  it('is a client certificate', async () => {
    await put('key.pem', 'KEY');
    const user = { 'client-certificate-data': base64('CERT'), 'client-key': 'key.pem' };
    expect(await identity(user)).toEqual({ headers: {}, cert: 'CERT', key: 'KEY' });
  });

  it('is a token in a file that somebody renews', async () => {
    await put('token', 'first\n');
    const found = await server({ tokenFile: 'token' });
    expect((await found.identity()).headers).toEqual({ authorization: 'Bearer first' });
    await put('token', 'second\n');
    expect((await found.identity()).headers).toEqual({ authorization: 'Bearer second' });
  });

  it('is not what Kubernetes has given up', async () => {
    await expect(server({ 'auth-provider': { name: 'gcp' } })).rejects.toThrow('auth-provider');
  });
});

describe('a command that gives credentials', () => {
  async function plugin(body: string, more: object = {}) {
    await put('plugin', `#!/bin/sh\necho x >> "$(dirname "$0")/runs"\n${body}\n`);
    await chmod(join(folder, 'plugin'), 0o755);
    return server({ exec: { command: './plugin', ...more } });
  }
  const says = (status: object) => `echo '${JSON.stringify({ kind: 'ExecCredential', status })}'`;

  it('gets its arguments and variables, and is asked once', async () => {
    const script = 'echo "{\\"status\\":{\\"token\\":\\"$1-$WHO\\"}}"';
    const found = await plugin(script, { args: ['a'], env: [{ name: 'WHO', value: 'me' }] });
    expect(await found.identity()).toEqual({ headers: { authorization: 'Bearer a-me' } });
    await put('plugin', 'exit 1');
    expect(await found.identity()).toEqual({ headers: { authorization: 'Bearer a-me' } });
  });

  it('is asked again when what it gave runs out', async () => {
    const expirationTimestamp = new Date(Date.now() + 30_000).toISOString();
    const found = await plugin(says({ token: 'old', expirationTimestamp }));
    expect((await found.identity()).headers).toEqual({ authorization: 'Bearer old' });
    await plugin(says({ token: 'new', clientCertificateData: 'C', clientKeyData: 'K' }));
    const renewed = { headers: { authorization: 'Bearer new' }, cert: 'C', key: 'K' };
    expect(await found.identity()).toEqual(renewed);
  });

  it('that fails is asked again next time', async () => {
    const found = await plugin('echo expired >&2; exit 1');
    await expect(found.identity()).rejects.toThrow('expired');
    await plugin(says({ token: 't' }));
    expect((await found.identity()).headers).toEqual({ authorization: 'Bearer t' });
  });
});
