import { once } from 'node:events';
import { get } from 'node:https';
import { createServer } from 'node:net';

/** Free loopback ports, all different. They are free again on return, so use them at once. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer().listen(0, '127.0.0.1');
      await once(server, 'listening');
      return server;
    }),
  );
  const ports = servers.map((server) => {
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('not a TCP server');
    return address.port;
  });
  await Promise.all(servers.map((server) => once(server.close(), 'close')));
  return ports;
}

export interface ReadyCheck {
  readonly url: string;
  readonly authority: Buffer;
  readonly client: { readonly cert: Buffer; readonly key: Buffer };
  /** Ends the wait early, for instance when the server has died; rejects with this error. */
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
