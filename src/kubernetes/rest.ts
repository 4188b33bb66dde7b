import * as http from 'node:http';
import { type ClientHttp2Session, connect, constants } from 'node:http2';
import type { RequestOptions } from 'node:https';
import * as https from 'node:https';
import { isIP } from 'node:net';
import * as tls from 'node:tls';
import type { CredentialProvider } from '../aws/credentials.ts';
import { atOnce } from '../core/in-parallel.ts';
import { parseRetryAfter } from '../core/retry.ts';
import { proxyEnvironment, proxyOf } from '../github/proxy.ts';
import { ApiError } from './api-error.ts';
import { tokenSource } from './eks-token.ts';

export type Query = Readonly<Record<string, string | boolean | number>>;

export interface RestRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** From `/api` or `/apis` on; names in it are already such as may stand in a path. */
  readonly path: string;
  readonly query?: Query;
  /** Sent as JSON. */
  readonly body?: unknown;
  readonly contentType?: string;
}

/**
 * One request to an API server, answered with the JSON that it gives. What type that is follows from the path,
 * which the caller knows.
 *
 * @throws ApiError when the server refuses; the error of the connection when there is no answer.
 */
export type Rest = <Answer>(request: RestRequest) => Promise<Answer>;

/**
 * As many as API servers let a connection have. Those that wait for a connection's leave fill its memory, and their
 * minute runs.
 */
const REQUESTS_AT_ONCE = 100;

/**
 * Requests to one API server, over connections that are kept. The generated clients of @kubernetes/client-node are
 * not used for them: those bring the models of every kind (4 MB) and open a connection for each request.
 */
export function restOf(server: Server): Rest {
  const exchange = exchangeWith(server);
  const turn = atOnce(REQUESTS_AT_ONCE);
  return async <Answer>(request: RestRequest) => {
    const text = request.body === undefined ? undefined : JSON.stringify(request.body);
    const {
      status,
      text: answer,
      retryAfter,
    } = await turn(async () => {
      const options = await server.options();
      const headers = {
        accept: 'application/json',
        'user-agent': 'eks-multus-actions',
        ...options.headers,
        ...(text === undefined ? {} : bodyHeaders(text, request.contentType)),
      };
      const sent = { ...options, method: request.method, headers };
      return exchange(urlOf(server, request), sent, text);
    });
    const body = parsed(answer);
    if (status < 200 || status > 299) throw new ApiError(status, body, parseRetryAfter(retryAfter));
    return body as Answer;
  };
}

/** A proxy that a kubeconfig names has an agent of its own, which is among the options. */
function exchangeWith({ url, proxied }: Server): Exchange {
  if (proxied) return http1Exchange;
  const secure = url.startsWith('https:');
  const proxyEnv = proxyOf(url) === undefined ? undefined : proxyEnvironment(process.env);
  const agent = new (secure ? https : http).Agent({ keepAlive: true, proxyEnv: { ...proxyEnv } });
  const kept: Exchange = (to, options, text) => http1Exchange(to, { ...options, agent }, text);
  return secure && proxyEnv === undefined ? http2Exchange(kept) : kept;
}

/** Node sends no length with a DELETE on its own, and a body without one is not taken for a body. */
function bodyHeaders(text: string, type = 'application/json'): Record<string, string> {
  return { 'content-type': type, 'content-length': String(Buffer.byteLength(text)) };
}

/** A server's URL may have a path of its own: that of a proxy in front of several clusters. */
function urlOf(server: Server, { path, query = {} }: RestRequest): URL {
  const url = new URL(server.url.replace(/\/+$/, '') + path);
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, String(value));
  return url;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** What a server answered. */
export interface Reply {
  readonly status: number;
  readonly text: string;
  /** The header Retry-After. */
  readonly retryAfter: string | undefined;
}

/** Sends one request, with a body when there is text, and gives the answer; fails with the error of the connection. */
export type Exchange = (url: URL, options: RequestOptions, text?: string) => Promise<Reply>;

/** Without a word from the server for so long, there is no answer. */
export const TIMEOUT_MS = 60_000;

export function timedOut(): Error {
  const error = new Error(`no answer within ${TIMEOUT_MS / 1000} seconds`);
  return Object.assign(error, { code: 'ETIMEDOUT' });
}

/** Each request on a connection that no other uses at that time: the one of the agent that is among the options. */
export const http1Exchange: Exchange = (url, options, text) => {
  const { request } = url.protocol === 'https:' ? https : http;
  return new Promise<Reply>((resolve, reject) => {
    const sent = request(url, options, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString('utf8');
        resolve({
          status: response.statusCode ?? 0,
          text,
          retryAfter: response.headers['retry-after'],
        });
      });
    });
    sent.on('error', reject);
    sent.setTimeout(TIMEOUT_MS, () => sent.destroy(timedOut()));
    sent.end(text);
  });
};

/** An API server: where it is, and how to be let in. */
export interface Server {
  readonly url: string;
  /** Headers and certificates; asked for before each request, so that nothing depends on a token that may expire. */
  options(): Promise<RequestOptions>;
  /** Connections are made by an agent that is among the options: there is a proxy. */
  readonly proxied: boolean;
}

/** An EKS cluster: what `DescribeCluster` says of it. The certificate authority is base64 of PEM. */
export interface EksAddress {
  readonly kind: 'eks';
  readonly name: string;
  readonly endpoint: string;
  readonly certificateAuthority: string;
  readonly region: string;
}

/** The API server of an EKS cluster, asked as whoever the credentials are. Nothing is sent. */
export function eksServer(address: EksAddress, credentials: CredentialProvider): Server {
  const token = tokenSource(address.name, address.region, credentials);
  const ca = Buffer.from(address.certificateAuthority, 'base64');
  const options = async () => ({ ca, headers: { authorization: `Bearer ${await token()}` } });
  return { url: address.endpoint, options, proxied: false };
}

const { NGHTTP2_REFUSED_STREAM, NGHTTP2_NO_ERROR } = constants;
const ATTEMPTS = 3;
/**
 * Whoever translates addresses between a runner and its server forgets a connection that is silent for some minutes, and
 * tells nobody: four for GitHub's own runners, https://learn.microsoft.com/azure/load-balancer/load-balancer-tcp-reset
 */
const KEPT_ALIVE_AFTER_MS = 60_000;

/** A connection, and how many requests are on it. */
interface Line {
  readonly session: ClientHttp2Session;
  requests: number;
}

/**
 * Requests of one server, all on one connection of HTTP/2, as kubectl has them: hundreds at once need one handshake,
 * and cost both sides less. When that connection ends, the next request opens another. With a server, or a proxy in
 * front of it, that does not speak HTTP/2, `otherwise` does it, from the first request on.
 */
export function http2Exchange(otherwise: Exchange): Exchange {
  let current: Promise<Line | undefined> | undefined;
  const lineTo = (url: URL, options: RequestOptions) => {
    if (current !== undefined) return current;
    const opening = open(url, options);
    const forget = () => {
      if (current === opening) current = undefined;
    };
    opening.then(
      (line) => line?.session.once('goaway', forget).once('close', forget).on('error', forget),
      forget,
    );
    current = opening;
    return opening;
  };
  return async (url, options, text) => {
    for (let attempt = 1; ; attempt += 1) {
      const line = await lineTo(url, options);
      if (line === undefined) return otherwise(url, options, text);
      const reply = await send(line, url, options, text, attempt === ATTEMPTS);
      if (reply !== 'refused') return reply;
    }
  };
}

/** Undefined when the server chooses HTTP/1.1. */
function open(url: URL, options: RequestOptions): Promise<Line | undefined> {
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const port = Number(url.port || 443);
  return new Promise((resolve, reject) => {
    const socket = tls.connect({
      ...tlsOptions(options),
      ...{ host, port, ALPNProtocols: ['h2', 'http/1.1'] },
      servername: options.servername ?? (isIP(host) === 0 ? host : ''),
    });
    socket.once('error', reject);
    socket.setTimeout(TIMEOUT_MS, () => socket.destroy(timedOut()));
    socket.setKeepAlive(true, KEPT_ALIVE_AFTER_MS);
    socket.once('secureConnect', () => {
      socket.setTimeout(0);
      if (socket.alpnProtocol !== 'h2') {
        socket.destroy();
        resolve(undefined);
        return;
      }
      resolve({ session: connect(url.origin, { createConnection: () => socket }), requests: 0 });
    });
  });
}

/** Of the options of a request, those that are about whom to trust and who we are. */
function tlsOptions(options: RequestOptions): tls.ConnectionOptions {
  const { ca, cert, key, pfx, passphrase, rejectUnauthorized } = options;
  return {
    ...{ ca, cert, key, pfx, passphrase },
    ...(rejectUnauthorized === undefined ? {} : { rejectUnauthorized }),
  };
}

/**
 * `refused` when the server has not looked at the request (RFC 9113, 8.7), so that it may be sent again: the
 * connection was at its end. The `last` attempt fails with that.
 */
function send(
  line: Line,
  url: URL,
  options: RequestOptions,
  text: string | undefined,
  last: boolean,
): Promise<Reply | 'refused'> {
  const { session } = line;
  if (!last && (session.closed || session.destroyed)) return Promise.resolve('refused');
  return new Promise((resolve, reject) => {
    const headers = {
      ...{ ':method': options.method, ':path': `${url.pathname}${url.search}` },
      ...(options.auth == null ? {} : { authorization: basic(options.auth) }),
      ...(options.headers as Record<string, string>),
    };
    // Node expects no body of a DELETE unless it is told.
    const stream = session.request(headers, { endStream: text === undefined });
    // A connection without requests must not keep the process.
    if (line.requests === 0) session.ref();
    line.requests += 1;
    const chunks: Buffer[] = [];
    let [status, whole] = [0, false];
    let retryAfter: string | undefined;
    stream.on('response', (headers) => {
      status = headers[':status'] ?? 0;
      retryAfter = headers['retry-after'];
    });
    stream.on('data', (chunk: Buffer) => chunks.push(chunk));
    stream.on('end', () => {
      whole = true;
    });
    const refused = () => stream.rstCode === NGHTTP2_REFUSED_STREAM && !last;
    stream.on('error', (error) => (refused() ? resolve('refused') : reject(error)));
    stream.setTimeout(TIMEOUT_MS, () => session.destroy(timedOut()));
    stream.on('close', () => {
      line.requests -= 1;
      if (line.requests === 0) session.unref();
      const answered = whole && status > 0 && stream.rstCode === NGHTTP2_NO_ERROR;
      if (answered) resolve({ status, text: Buffer.concat(chunks).toString('utf8'), retryAfter });
      else if (refused()) resolve('refused');
      else reject(dropped());
    });
    if (text !== undefined) stream.end(text);
  });
}

function basic(auth: string): string {
  return `Basic ${Buffer.from(auth).toString('base64')}`;
}

function dropped(): Error {
  return Object.assign(new Error('the connection ended before the answer'), { code: 'ECONNRESET' });
}
