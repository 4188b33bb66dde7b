import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** The server from which artifacts are downloaded. */
interface Storage {
  /** Keeps a file, and gives the address at which it can be had once. */
  storage(content: Uint8Array): string;
  stop(): Promise<void>;
}

/**
 * Stands in for the storage behind GitHub's artifacts. An address there has its own signature and is good for a minute. The
 * storage is not GitHub: it refuses a request that brings a token along
 * (https://github.com/actions/toolkit/blob/main/packages/artifact/src/internal/download/download-artifact.ts downloads without one).
 */
export async function startStorage(): Promise<Storage> {
  const files = new Map<string, Uint8Array>();
  const server = createServer({ keepAliveTimeout: 0 }, (request, response) => {
    const path = request.url ?? '';
    const content = files.get(path);
    if (content === undefined || request.headers.authorization !== undefined) {
      response.writeHead(content === undefined ? 404 : 400).end();
      return;
    }
    files.delete(path);
    response.writeHead(200, { 'content-type': 'application/zip' }).end(content);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    storage(content) {
      const path = `/${crypto.randomUUID()}.zip`;
      files.set(path, content);
      return `http://127.0.0.1:${port}${path}`;
    },
    stop: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
