import { KubeConfig } from '@kubernetes/client-node';
import { afterEach, describe, expect, it } from 'vitest';
import { fakeClock } from '../../dev/testing/fakes/fake-clock.ts';
import {
  type ExecScene,
  type ExecServer,
  startExecServer,
} from '../../dev/testing/servers/exec-server.ts';
import { execInPod } from './exec.ts';

const TARGET = { namespace: 'default', pod: 'sampleapp-1', container: 'app' };
const SUCCESS = { kind: 'Status', status: 'Success' };

let server: ExecServer | undefined;
afterEach(() => server?.close());

/** The test's server has no TLS, which a kubeconfig must ask for. */
function configOf(url: string): KubeConfig {
  let tokens = 0;
  const user = { name: 'u', authProvider: { name: 'test' } };
  const config = new KubeConfig();
  config.loadFromClusterAndUser({ name: 'c', server: url, skipTLSVerify: true }, user);
  config.addAuthenticator({
    isAuthProvider: () => true,
    applyAuthentication: async (_user, options) => {
      options.headers = { Authorization: `Bearer token-${++tokens}` };
    },
  });
  return config;
}

async function play(scenes: readonly ExecScene[], timeoutMs = 60_000) {
  server = await startExecServer(scenes);
  const command = ['/bin/sh', '-c', 'echo "a b"'];
  const timing = { timeoutMs, clock: fakeClock(), random: () => 0.5 };
  return execInPod(configOf(server.url), TARGET, command, timing);
}

/** What an API server says about a kubelet that has no serving certificate yet. */
const NOT_REACHED = {
  status: 'Failure',
  reason: 'InternalError',
  message:
    'Internal error occurred: error sending request: Post "https://10.0.2.11:10250/exec/default/sampleapp-1/app": remote error: tls: internal error',
};

describe('execInPod', () => {
  it('returns what the command printed', async () => {
    const scene = { stdout: ['one\n', 'zwei ü\n'], stderr: 'careful', status: SUCCESS };
    expect(await play([scene])).toEqual({
      stdout: 'one\nzwei ü\n',
      stderr: 'careful',
      exitCode: 0,
    });
    const url = new URL(server?.requests[0]?.path ?? '', 'http://server');
    expect(url.pathname).toBe('/api/v1/namespaces/default/pods/sampleapp-1/exec');
    expect(url.searchParams.getAll('command')).toEqual(['/bin/sh', '-c', 'echo "a b"']);
    expect(url.searchParams.get('container')).toBe('app');
  });

  it('returns the exit code of a command that failed', async () => {
    const status = {
      status: 'Failure',
      reason: 'NonZeroExitCode',
      details: { causes: [{ reason: 'ExitCode', message: '7' }] },
    };
    expect(await play([{ stdout: ['x'], status }])).toEqual({
      stdout: 'x',
      stderr: '',
      exitCode: 7,
    });
  });

  it('runs the command again, with a new token, when the connection drops', async () => {
    expect(await play([{ stdout: ['half'] }, { stdout: ['all'], status: SUCCESS }])).toMatchObject({
      stdout: 'all',
    });
    expect(server?.requests.map(({ authorization }) => authorization)).toEqual([
      'Bearer token-1',
      'Bearer token-2',
    ]);
  });

  it('tries again while the server answers with an error of its own', async () => {
    const scenes = [{ refuse: 503 }, { refuse: 500 }, { refuse: 503 }, { status: SUCCESS }];
    expect(await play(scenes)).toMatchObject({ exitCode: 0 });
    expect(server?.requests).toHaveLength(4);
  });

  it('tries again while the API server cannot reach the kubelet', async () => {
    const scenes = [...Array(5).fill({ status: NOT_REACHED }), { status: SUCCESS }];
    expect(await play(scenes)).toMatchObject({ exitCode: 0 });
    expect(server?.requests).toHaveLength(6);
  });

  it('gives up at the deadline on a kubelet that stays unreachable, and says why', async () => {
    await expect(play(Array(99).fill({ status: NOT_REACHED }))).rejects.toThrow(
      'remote error: tls: internal error',
    );
    // One every two seconds of a minute; the last begins two seconds before the end.
    expect(server?.requests).toHaveLength(30);
  });

  it('gives up at the deadline on a connection that always drops', async () => {
    await expect(play(Array(99).fill({}), 10_000)).rejects.toThrow(
      'container app of pod default/sampleapp-1: a command could not be run: the connection to the API server dropped',
    );
    expect(server?.requests).toHaveLength(5);
  });

  it('waits for a slow server and a slow command', async () => {
    const scene = { acceptAfterMs: 300, stdout: ['late'], endAfterMs: 300, status: SUCCESS };
    expect(await play([scene])).toMatchObject({ stdout: 'late', exitCode: 0 });
    expect(server?.requests).toHaveLength(1);
  });

  it('runs a command again each time that a busy server drops the connection', async () => {
    const dropped = { stdout: ['half'], endAfterMs: 20 };
    expect(await play([dropped, dropped, dropped, { status: SUCCESS }])).toMatchObject({
      exitCode: 0,
    });
    expect(server?.requests).toHaveLength(4);
  });

  it('does not try again after a refusal', async () => {
    await expect(play([{ refuse: 403 }])).rejects.toThrow('Unexpected server response: 403');
    expect(server?.requests).toHaveLength(1);
  });

  it('times out on a command that does not end', async () => {
    await expect(play([{ stdout: ['…'], hang: true }], 200)).rejects.toThrow(
      'no end after 0.2 seconds',
    );
    // A busy machine may need longer than that to connect.
    await expect.poll(() => server?.requests, { timeout: 20_000 }).toHaveLength(1);
  });

  it('says why a command could not be started', async () => {
    const status = { status: 'Failure', message: 'container not running', reason: 'InternalError' };
    await expect(play([{ status }])).rejects.toThrow('container not running');
  });
});
