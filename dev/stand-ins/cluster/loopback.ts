import { once } from 'node:events';
import { get } from 'node:https';
import { createServer } from 'node:net';

/**
 * Below the range from which Linux assigns ports by itself (`ip_local_port_range`), and above known services.
 */
const FIRST_PORT = 20_000;
const PORTS = 12_000;

/**
 * Free loopback ports, all different. Nothing holds them on return, but no connection and no other server gets
 * one by chance, so they stay free until a slow server listens.
 */
export async function freePorts(count: number): Promise<number[]> {
  const ports = new Set<number>();
  while (ports.size < count) {
    const port = FIRST_PORT + Math.floor(Math.random() * PORTS);
    if (await isFree(port)) ports.add(port);
  }
  return [...ports];
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer().listen(port, '127.0.0.1');
  try {
    await once(server, 'listening');
  } catch {
    return false;
  }
  await once(server.close(), 'close');
  return true;
}

export interface ReadyCheck {
  readonly url: string;
  readonly authority: Buffer;
  readonly client: { readonly cert: Buffer; readonly key: Buffer };
  /** Ends the wait early, for instance when the server has died. The wait then rejects with this error. */
  readonly failed: Promise<Error>;
  readonly timeoutMs: number;
}

/** Polls an HTTPS address until it answers 200. */
export async function untilReady(check: ReadyCheck): Promise<void> {
  const deadline = Date.now() + check.timeoutMs;
  let failure: Error | undefined;
  void check.failed.then((error) => {
    failure = error;
  });
  while (!(await answers(check))) {
    if (failure !== undefined) throw failure;
    if (Date.now() > deadline)
      throw new Error(`${check.url} was not ready in ${check.timeoutMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

function answers({ url, authority, client }: ReadyCheck): Promise<boolean> {
  return new Promise((resolve) => {
    const request = get(
      url,
      { ca: authority, ...client, agent: false, timeout: 2_000 },
      (response) => {
        response.resume();
        resolve(response.statusCode === 200);
      },
    );
    request.on('timeout', () => request.destroy());
    request.on('error', () => resolve(false));
  });
}
