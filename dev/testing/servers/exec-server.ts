import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';

/** How the server plays one exec. */
export interface ExecScene {
  readonly refuse?: number;
  readonly stdout?: readonly string[];
  readonly stderr?: string;
  /** The status that ends the exec; without one the connection drops, or hangs. */
  readonly status?: unknown;
  readonly hang?: boolean;
  /** How long the server waits before it accepts the web socket, in milliseconds. */
  readonly acceptAfterMs?: number;
  /** How long the command runs before its status arrives, in milliseconds. */
  readonly endAfterMs?: number;
}

export interface ExecServer {
  readonly url: string;
  /** Path and Authorization header of each exec. */
  readonly requests: readonly { readonly path: string; readonly authorization: string }[];
  close(): Promise<void>;
}

/** Channels of `v5.channel.k8s.io`: the first byte of each message. */
const STDOUT = 1;
const STDERR = 2;
const STATUS = 3;

/** An HTTP server that plays the exec end point of an API server, one scene for each request. */
export async function startExecServer(scenes: readonly ExecScene[]): Promise<ExecServer> {
  const requests: { path: string; authorization: string }[] = [];
  const sockets = new Set<Duplex>();
  const server = createServer();
  server.on('connection', (socket) => sockets.add(socket));
  server.on('upgrade', (request, socket) => {
    socket.on('error', () => undefined);
    const scene = scenes[requests.length] ?? {};
    const authorization = request.headers.authorization ?? '';
    requests.push({ path: request.url ?? '', authorization });
    setTimeout(() => play(scene, request, socket), scene.acceptAfterMs ?? 0);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    close: () => {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

function play(scene: ExecScene, request: IncomingMessage, socket: Duplex): void {
  if (scene.refuse !== undefined) {
    socket.end(`HTTP/1.1 ${scene.refuse} Refused\r\nContent-Length: 0\r\n\r\n`);
    return;
  }
  socket.write(handshake(request));
  // API servers greet with an empty message.
  socket.write(frame(STDOUT, ''));
  socket.write(frame(STATUS, ''));
  for (const text of scene.stdout ?? []) socket.write(frame(STDOUT, text));
  if (scene.stderr !== undefined) socket.write(frame(STDERR, scene.stderr));
  setTimeout(() => end(scene, socket), scene.endAfterMs ?? 0);
}

function end(scene: ExecScene, socket: Duplex): void {
  if (scene.status !== undefined) socket.write(frame(STATUS, JSON.stringify(scene.status)));
  else if (scene.hang !== true) socket.end();
}

/** RFC 6455, section 4.2.2. */
function handshake({ headers }: IncomingMessage): string {
  const key = `${headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`;
  return [
    'HTTP/1.1 101 Switching Protocols',
    'Upgrade: websocket',
    'Connection: Upgrade',
    `Sec-WebSocket-Accept: ${createHash('sha1').update(key).digest('base64')}`,
    'Sec-WebSocket-Protocol: v5.channel.k8s.io',
    '\r\n',
  ].join('\r\n');
}

/** One binary message, RFC 6455, section 5.2. */
function frame(channel: number, text: string): Buffer {
  const payload = Buffer.concat([Buffer.from([channel]), Buffer.from(text)]);
  const head = Buffer.alloc(4);
  head.writeUInt8(0x82, 0);
  head.writeUInt8(126, 1);
  head.writeUInt16BE(payload.length, 2);
  return Buffer.concat([head, payload]);
}
