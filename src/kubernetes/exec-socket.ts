import type { V1Status } from '@kubernetes/client-node';
import { WebSocket } from 'ws';
import type { ExecTarget } from './exec.ts';
import type { Server } from './server.ts';

/** A command that runs in a container, seen from the other end of a web socket. */
export interface ExecSocket {
  /** What it printed; the status is undefined when the connection ended before the command did. */
  readonly ended: Promise<{
    readonly stdout: string;
    readonly stderr: string;
    readonly status: V1Status | undefined;
  }>;
  terminate(): void;
}

/** The first byte of each message; https://kubernetes.io/docs/reference/using-api/remote-command */
const CHANNELS = { stdout: 1, stderr: 2, status: 3 } as const;
const PROTOCOLS = ['v5.channel.k8s.io', 'v4.channel.k8s.io'];

/**
 * Has the API server start a command.
 *
 * @throws Error `Unexpected server response: <HTTP status>` when it refuses, or the connection's own.
 */
export async function openExec(
  server: Server,
  target: ExecTarget,
  command: readonly string[],
): Promise<ExecSocket> {
  const options = { ...server.tls, ...(await server.identity()) };
  const socket = new WebSocket(urlOf(server, target, command), PROTOCOLS, options);
  const ended = collect(socket);
  await new Promise<void>((resolve, reject) => {
    socket.once('open', resolve).once('error', reject);
  });
  return { ended, terminate: () => socket.terminate() };
}

function urlOf(
  server: Server,
  { namespace, pod, container }: ExecTarget,
  command: readonly string[],
) {
  const base = server.url.replace(/^http/, 'ws').replace(/\/+$/, '');
  const url = new URL(`${base}/api/v1/namespaces/${namespace}/pods/${pod}/exec`);
  const query = { container, stdout: 'true', stderr: 'true', stdin: 'false', tty: 'false' };
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
  for (const word of command) url.searchParams.append('command', word);
  return url;
}

function collect(socket: WebSocket): ExecSocket['ended'] {
  const printed: Record<number, Buffer[]> = { 1: [], 2: [], 3: [] };
  const text = (channel: number) => Buffer.concat(printed[channel] ?? []).toString('utf8');
  return new Promise((resolve) => {
    const end = () => {
      const status = text(CHANNELS.status);
      resolve({
        ...{ stdout: text(CHANNELS.stdout), stderr: text(CHANNELS.stderr) },
        status: status === '' ? undefined : (JSON.parse(status) as V1Status),
      });
    };
    socket.on('message', (data) => {
      const message = Buffer.isBuffer(data) ? data : Buffer.from(data as ArrayBuffer);
      const channel = message[0] ?? 0;
      printed[channel]?.push(message.subarray(1));
      // The status comes last, and servers are in no hurry to close after it. An empty message only says hello.
      if (channel === CHANNELS.status && message.length > 1) end();
    });
    socket.on('close', end);
    socket.on('error', end);
  });
}
