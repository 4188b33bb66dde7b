import { afterAll, beforeAll } from 'vitest';

/**
 * Starts a server before the tests of a file and stops it after them.
 *
 * @returns a function that returns the server. It throws before the server has started.
 */
export function startedForTests<Server extends { stop(): Promise<void> }>(
  start: () => Promise<Server>,
): () => Server {
  let server: Server | undefined;
  beforeAll(async () => {
    server = await start();
  });
  afterAll(() => server?.stop());
  return () => {
    if (server === undefined) throw new Error('the server has not started yet');
    return server;
  };
}
