import * as http from 'node:http';
import * as https from 'node:https';
import { proxyEnvironment, proxyOf } from '../github/proxy.ts';
import { atOnce } from './at-once.ts';
import type { Exchange } from './exchange.ts';
import { http1Exchange } from './http1-exchange.ts';
import { http2Exchange } from './http2-exchange.ts';
import type { Server } from './server.ts';

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

/** The API server's refusal: its HTTP status, and its body if that was JSON or text. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly code: number;
  readonly body: unknown;

  constructor(code: number, body: unknown) {
    super(`HTTP ${code}`);
    this.code = code;
    this.body = body;
  }
}

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
    const { status, text: answer } = await turn(async () => {
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
    if (status < 200 || status > 299) throw new ApiError(status, body);
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
