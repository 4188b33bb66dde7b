import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { fakeClock } from '../../dev/testing/fakes/fake-clock.ts';
import { recordingLog } from '../../dev/testing/fakes/recording-log.ts';
import {
  noCredentials,
  startTestApiServer,
  type TestApiServer,
} from '../../dev/testing/servers/api-server.ts';
import { type ProxyServer, startProxy } from '../../dev/testing/servers/proxy-server.ts';
import { connect } from './connection.ts';
import { execInPod } from './exec.ts';
import { readKubeconfig, serverOf } from './kubeconfig.ts';
import { restOf } from './rest.ts';

/** One of the names that are in the server's certificate; only the proxy knows its address. */
const HOST = 'kubernetes.default';

let server: TestApiServer;
let proxy: ProxyServer;
let kubeconfig: string;

beforeAll(async () => {
  server = await startTestApiServer();
  const config = await readFile(server.kubeconfig, 'utf8');
  const [url = ''] = /https:\/\/127\.0\.0\.1:\d+/.exec(config) ?? [];
  kubeconfig = join(server.folder, 'behind-proxy.kubeconfig');
  await writeFile(kubeconfig, config.replaceAll(url, `https://${HOST}`));
  proxy = await startProxy({ [HOST]: Number(new URL(url).port) });
  vi.stubEnv('https_proxy', proxy.url);
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await proxy?.stop();
  await server?.stop();
});

describe('a cluster behind a proxy', () => {
  it('is reached for API requests and exec', async () => {
    const address = { kind: 'kubeconfig', path: kubeconfig } as const;
    const options = { log: recordingLog(), credentials: noCredentials };
    const connection = await connect(address, options);
    expect(await connection.api.list('/api/v1/nodes')).toEqual([]);
    const target = { namespace: 'default', pod: 'none', container: 'c' };
    const command = execInPod(connection.config, target, ['true'], {
      timeoutMs: 10_000,
      clock: fakeClock(),
    });
    await expect(command).rejects.toThrow('Unexpected server response: 404');
    expect([...proxy.asked]).toEqual([HOST]);
  });

  it('is reached without a kubeconfig, too', async () => {
    const { ca, cert, key } = await serverOf(readKubeconfig(server.kubeconfig)).options();
    const options = async () => ({ ca, cert, key });
    const rest = restOf({ url: `https://${HOST}`, proxied: false, options });
    const version = await rest<{ gitVersion: string }>({
      method: 'GET',
      path: '/version',
    });
    expect(version.gitVersion).toMatch(/^v1\./);
  });
});
