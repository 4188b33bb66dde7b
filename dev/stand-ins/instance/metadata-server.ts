import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type Folder, readItem } from './metadata-tree.ts';

export interface MetadataServerOptions {
  readonly host: string;
  readonly port: number;
  /** The items of the instance with this source address; undefined when no instance has it. */
  readonly lookUp: (sourceAddress: string) => Promise<Folder | undefined>;
  /** Receives problems of the stand-in itself. The instance gets a 500. */
  readonly onError?: (error: unknown) => void;
}

export interface MetadataServer {
  readonly port: number;
  stop(): Promise<void>;
}

interface Answer {
  readonly status: number;
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

interface Token {
  readonly source: string;
  readonly expiresAt: number;
}

const TTL = 'x-aws-ec2-metadata-token-ttl-seconds';
const TOKEN = 'x-aws-ec2-metadata-token';
const MAX_TTL_SECONDS = 21_600;

/**
 * Stands in for the instance metadata service, with tokens required (IMDSv2). It identifies instances by their
 * source address. Leaves out the hop limit and the packet's TTL.
 */
export async function startMetadataServer(options: MetadataServerOptions): Promise<MetadataServer> {
  const tokens = new Map<string, Token>();
  const server = createServer((request, response) => {
    const source = sourceOf(request);
    const answered = isTokenRequest(request)
      ? Promise.resolve(issueToken(request, source, tokens))
      : answer(request, source, tokens, options);
    void answered
      .catch((error: unknown): Answer => {
        options.onError?.(error);
        return { status: 500, body: String(error) };
      })
      .then((result) => send(response, result));
  });
  server.listen(options.port, options.host);
  await once(server, 'listening');
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : options.port,
    stop: async () => {
      server.closeAllConnections();
      await once(server.close(), 'close');
    },
  };
}

function isTokenRequest({ method, url }: IncomingMessage): boolean {
  return method === 'PUT' && url === '/latest/api/token';
}

function issueToken(request: IncomingMessage, source: string, tokens: Map<string, Token>): Answer {
  if (request.headers['x-forwarded-for'] !== undefined) return { status: 403 };
  const seconds = Number(request.headers[TTL]);
  if (!Number.isInteger(seconds) || seconds < 1 || seconds > MAX_TTL_SECONDS) {
    return { status: 400 };
  }
  const token = `AQAEA${randomBytes(32).toString('base64url')}==`;
  tokens.set(token, { source, expiresAt: Date.now() + seconds * 1000 });
  return { status: 200, body: token, headers: { [TTL]: String(seconds) } };
}

async function answer(
  request: IncomingMessage,
  source: string,
  tokens: ReadonlyMap<string, Token>,
  options: MetadataServerOptions,
): Promise<Answer> {
  if (request.method !== 'GET' && request.method !== 'HEAD') return { status: 405 };
  const token = tokens.get(String(request.headers[TOKEN]));
  if (token === undefined || token.source !== source || token.expiresAt < Date.now()) {
    return { status: 401 };
  }
  const path = decodeURI(request.url ?? '/').replace(/\?.*$/, '');
  if (!path.startsWith('/latest'))
    return path === '/' ? { status: 200, body: 'latest' } : { status: 404 };
  const items = await options.lookUp(source);
  if (items === undefined) return { status: 404 };
  const body = await readItem(items, path.slice('/latest'.length));
  return body === undefined ? { status: 404 } : { status: 200, body };
}

function send(response: ServerResponse, { status, body = '', headers }: Answer): void {
  response.writeHead(status, {
    'content-type': 'text/plain',
    'content-length': Buffer.byteLength(body),
    server: 'EC2ws',
    ...headers,
  });
  response.end(body);
}

function sourceOf({ socket }: IncomingMessage): string {
  return (socket.remoteAddress ?? '').replace(/^::ffff:/, '');
}
