import { type ClientHttp2Session, connect, constants } from 'node:http2';
import type { RequestOptions } from 'node:https';
import { isIP } from 'node:net';
import * as tls from 'node:tls';
import { type Exchange, type Reply, TIMEOUT_MS, timedOut } from './exchange.ts';

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
    stream.on('response', (headers) => {
      status = headers[':status'] ?? 0;
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
      if (answered) resolve({ status, text: Buffer.concat(chunks).toString('utf8') });
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
