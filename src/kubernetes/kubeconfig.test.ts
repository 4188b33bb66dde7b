import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { RequestOptions } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { KubeConfig } from '@kubernetes/client-node';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readKubeconfig, serverOf, tokenConfig } from './kubeconfig.ts';

const base64 = (text: string) => Buffer.from(text).toString('base64');

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kubeconfig-'));
});
afterEach(() => rm(folder, { recursive: true }));

async function read(user: object, { context = 'two', ...cluster }: Record<string, unknown> = {}) {
  const path = join(folder, 'config');
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': context,
    clusters: [
      { name: 'other', cluster: { server: 'https://other' } },
      { name: 'mine', cluster: { server: 'https://mine', ...cluster } },
    ],
    users: [{ name: 'me', user }],
    contexts: [
      { name: 'one', context: { cluster: 'other', user: 'me' } },
      { name: 'two', context: { cluster: 'mine', user: 'me', namespace: 'x' } },
      { name: 'nobody', context: { cluster: 'mine', user: 'gone' } },
    ],
  };
  await writeFile(path, JSON.stringify(config));
  return readKubeconfig(path);
}

async function optionsOf(config: KubeConfig): Promise<RequestOptions> {
  const options: RequestOptions = {};
  await config.applyToHTTPSOptions(options);
  return options;
}

describe('a kubeconfig file', () => {
  it('is read at its current context, with the files beside it', async () => {
    await writeFile(join(folder, 'ca.pem'), 'FILE');
    const config = await read({ token: 't' }, { 'certificate-authority': 'ca.pem' });
    expect(config.getCurrentCluster()).toMatchObject({ name: 'mine', server: 'https://mine' });
    const options = await optionsOf(config);
    expect(String(options.ca)).toBe('FILE');
    expect(options.headers).toMatchObject({ Authorization: 'Bearer t' });
  });

  it('may get its credentials from a command', async () => {
    const status = { token: 'from-a-plugin' };
    const plugin = `#!/bin/sh\necho '${JSON.stringify({ apiVersion: 'client.authentication.k8s.io/v1', kind: 'ExecCredential', status })}'\n`;
    const command = join(folder, 'plugin');
    await writeFile(command, plugin);
    await chmod(command, 0o755);
    const apiVersion = 'client.authentication.k8s.io/v1';
    const config = await read({ exec: { apiVersion, command } });
    expect((await optionsOf(config)).headers).toMatchObject({
      Authorization: 'Bearer from-a-plugin',
    });
  });

  it('leads to its server, also through a proxy', async () => {
    const plain = serverOf(await read({ token: 't' }));
    expect(plain).toMatchObject({ url: 'https://mine', proxied: false });
    expect((await plain.options()).headers).toMatchObject({ Authorization: 'Bearer t' });
    const proxied = serverOf(await read({ token: 't' }, { 'proxy-url': 'http://proxy:3128' }));
    expect(proxied.proxied).toBe(true);
    expect((await proxied.options()).agent).toMatchObject({ proxy: { hostname: 'proxy' } });
  });

  it.each(['missing', 'nobody'])('is refused when its current context is %s', async (context) => {
    await expect(read({}, { context })).rejects.toThrow('no usable current context');
  });
});

describe('a configuration with our own tokens', () => {
  it('makes a token for each request and trusts only the given authority', async () => {
    let asked = 0;
    const config = tokenConfig({
      cluster: 'c',
      url: 'https://c',
      certificateAuthority: base64('CA'),
      token: async () => `token-${++asked}`,
    });
    const first = await optionsOf(config);
    expect(String(first.ca)).toBe('CA');
    expect(first.rejectUnauthorized).not.toBe(false);
    expect(first.headers).toMatchObject({ Authorization: 'Bearer token-1' });
    expect((await optionsOf(config)).headers).toMatchObject({ Authorization: 'Bearer token-2' });
  });
});
