import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import type { Duplex } from 'node:stream';

/** A forward proxy on this machine, as companies have them. Its hosts are reachable through it only. */
export interface ProxyServer {
  readonly url: string;
  /** The names of the requested hosts. */
  readonly asked: ReadonlySet<string>;
  stop(): Promise<void>;
}

/** Starts a proxy. `ports` says on which port of this machine each host listens. */
export async function startProxy(ports: Readonly<Record<string, number>>): Promise<ProxyServer> {
  const asked = new Set<string>();
  const tunnels = new Set<Duplex>();
  const portOf = (host: string) => {
    asked.add(host);
    return ports[host] ?? 0;
  };
  const server = createServer((from, to) => {
    const url = new URL(from.url ?? '');
    forward(from, to, portOf(url.hostname), url.pathname + url.search);
  });
  server.on('connect', ({ url }: IncomingMessage, client: Duplex, head: Buffer) => {
    const host = connect(portOf(new URL(`tunnel://${url}`).hostname), '127.0.0.1', () => {
      client.write('HTTP/1.1 200 Connection established\r\n\r\n');
      host.write(head);
      client.pipe(host).pipe(client);
    });
    for (const end of [client, host]) {
      tunnels.add(end);
      end.on('error', () => [client, host].map((socket) => socket.destroy()));
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const stop = async () => {
    for (const socket of tunnels) socket.destroy();
    server.closeAllConnections();
    await new Promise<void>((resolve) => server.close(() => resolve()));
  };
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked, stop };
}

function forward(from: IncomingMessage, to: ServerResponse, port: number, path: string): void {
  const { method, headers } = from;
  const sent = request({ host: '127.0.0.1', port, method, headers, path }, (answer) => {
    to.writeHead(answer.statusCode ?? 0, answer.headers);
    answer.pipe(to);
  });
  sent.on('error', () => to.writeHead(502).end());
  from.pipe(sent);
}
