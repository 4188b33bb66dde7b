import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { ensureTools } from '../../../tools/install/tools.ts';
import { startService } from '../../../tools/process.ts';
import { consoleProgress } from '../../../tools/progress.ts';
import { type Moto, whenReady } from '../moto/moto.ts';

/** The environment variable with the path of the fork server's socket. */
const SOCKET = 'MOTO_FORK_SERVER';

/**
 * Global setup of the integration tests: starts a fork server, from which each test file gets its own moto
 * within milliseconds. The server loads moto when the first file asks for one.
 */
export async function setup(): Promise<() => Promise<void>> {
  // The path of a Unix socket is limited to 107 characters, and the tests' own temporary folder may be too
  // deep.
  const folder = mkdtempSync(join('/tmp', 'moto-'));
  const socket = join(folder, 'socket');
  const script = join(import.meta.dirname, '..', 'moto', 'fork_server.py');
  const env = { ...process.env, PYTHONDONTWRITEBYTECODE: '1', PYTHONUNBUFFERED: '1' };
  const log = join(tmpdir(), 'moto-fork-server.log');
  const service = startService('moto fork server', await motoPython(), [script, socket], {
    log,
    env,
  });
  process.env[SOCKET] = socket;
  return async () => {
    await service.stop();
    rmSync(folder, { recursive: true, force: true });
  };
}

/** The interpreter that has moto; installs it if it is missing. */
export async function motoPython(): Promise<string> {
  const { venv } = await ensureTools(['moto'], consoleProgress());
  return join(venv, 'bin', 'python');
}

/** Whether the global setup has started a fork server. */
export function hasForkServer(): boolean {
  return process.env[SOCKET] !== undefined;
}

/** Forks a moto with empty state from the server that the global setup started. */
export async function forkMoto(port: number, log: string): Promise<Moto> {
  mkdirSync(dirname(log), { recursive: true });
  const connection = await connected(process.env[SOCKET] ?? '');
  let ended = false;
  const closed = new Promise<void>((resolve) => {
    connection.once('close', () => {
      ended = true;
      resolve();
    });
  });
  connection.on('error', () => {}).resume();
  connection.write(`${JSON.stringify({ port, log })}\n`);
  const stop = async () => {
    connection.end();
    await closed;
  };
  return whenReady({ url: `http://127.0.0.1:${port}`, stop }, () => ended, log);
}

/** Connects to the server, which creates its socket shortly after its start. */
async function connected(path: string): Promise<Socket> {
  const deadline = Date.now() + 30_000;
  for (;;) {
    try {
      return await new Promise<Socket>((resolve, reject) => {
        const socket = connect({ path, allowHalfOpen: true }, () => resolve(socket));
        socket.once('error', reject);
      });
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}
