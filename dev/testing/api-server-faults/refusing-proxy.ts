import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Starts a forward proxy that asks everybody for a password. */
export async function startRefusingProxy() {
  const server = createServer();
  server.on('connect', (_, socket) => {
    socket.on('error', () => undefined);
    const lines = ['HTTP/1.1 407 Proxy Authentication Required', 'Content-Length: 0', '', ''];
    socket.end(lines.join('\r\n'));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: () => new Promise<void>((resolve) => server.close(() => resolve())),
  };
}
