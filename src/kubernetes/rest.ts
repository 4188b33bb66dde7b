import * as http from 'node:http';
import type { RequestOptions } from 'node:https';
import * as https from 'node:https';
import type { CredentialProvider } from '../aws/credentials.ts';
import { endBy } from '../core/clock.ts';
import { OutOfTime, parseRetryAfter } from '../core/retry.ts';
import { proxyEnvironment, proxyOf } from '../github/proxy.ts';
import { ApiError, describePage, ForeignAnswer } from './api-error.ts';
import type { EksAddress } from './cluster-address.ts';
import { tokenSource } from './eks-token.ts';
import type { RequestPatience } from './patience.ts';

export type Query = Readonly<Record<string, string | boolean | number>>;

export interface RestRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Begins with `/api` or `/apis`; names in it are already encoded. */
  readonly path: string;
  readonly query?: Query;
  /** Sent as JSON. */
  readonly body?: unknown;
  readonly contentType?: string;
}

/**
 * Sends one request to an API server and returns the JSON of the answer. The path determines its type.
 *
 * @throws ApiError when the server refuses; ForeignAnswer when what answers is no API server; the error of the connection
 *   when there is no answer.
 */
export type Rest = <Answer>(request: RestRequest) => Promise<Answer>;

/** An API server: its address, and our identity there. */
export interface Server {
  readonly url: string;
  /** Headers and certificates. Read before each request, so that no request uses an expired token. */
  options(): Promise<RequestOptions>;
  /** True when the options have an agent of their own, which connects through a proxy. */
  readonly proxied: boolean;
}

/** The API server of an EKS cluster, for the identity of the credentials. Sends nothing. */
export function eksServer(address: EksAddress, credentials: CredentialProvider): Server {
  const token = tokenSource(address.name, address.region, credentials);
  const ca = Buffer.from(address.certificateAuthority, 'base64');
  const options = async () => ({ ca, headers: { authorization: `Bearer ${await token()}` } });
  return { url: address.endpoint, options, proxied: false };
}

/**
 * Each connection carries one request at a time and costs both sides a TLS handshake; further requests wait. An API
 * server with Kubernetes' defaults executes 49 requests at once for all users together who are neither nodes nor service
 * accounts, and queues or refuses more: 20 of 245 shares of 600 requests (level `global-default` in
 * https://github.com/kubernetes/kubernetes `staging/src/k8s.io/apiserver/pkg/apis/flowcontrol/bootstrap/default.go`;
 * its metric `apiserver_flowcontrol_nominal_limit_seats` says the same). A third of them leaves room for other jobs.
 */
const CONNECTIONS = 16;
const SILENCE_MS = 60_000;

export interface RestLimits {
  /** A request fails when its connection is silent for this long; waiting for a connection does not count. */
  readonly silenceMs?: number;
  /** Ends a request whose answer does not come in time, also one that comes byte by byte. */
  readonly patience?: RequestPatience;
}

/**
 * Requests to one API server over connections that stay open. The generated clients of @kubernetes/client-node are not
 * used for requests: they bring the models of every kind (4 MB) and open a connection for each request.
 */
export function restOf(server: Server, limits: RestLimits = {}): Rest {
  const { silenceMs = SILENCE_MS, patience } = limits;
  const agent = server.proxied ? undefined : agentFor(server.url);
  const answerTo = async (request: RestRequest, over?: AbortSignal): Promise<unknown> => {
    const text = request.body === undefined ? undefined : JSON.stringify(request.body);
    const options = await server.options();
    const headers = {
      accept: 'application/json',
      'user-agent': 'eks-multus-actions',
      ...options.headers,
      ...(text === undefined ? {} : bodyHeaders(text, request.contentType)),
    };
    const { method } = request;
    const own = agent === undefined ? {} : { agent };
    const signal = over === undefined ? {} : { signal: over };
    // A timeout of the agent would never fire on a connection that is used again.
    const sent = { ...options, ...own, ...signal, method, headers, timeout: silenceMs };
    return bodyOf(await send(urlOf(server, request), sent, text));
  };
  return async <Answer>(request: RestRequest) => {
    if (patience === undefined) return (await answerTo(request)) as Answer;
    const { clock } = patience;
    const began = clock.now();
    const deadline = patience.deadline();
    const late = () => new OutOfTime(noAnswerWithin(deadline - began));
    return (await endBy(clock, deadline, (over) => answerTo(request, over), late)) as Answer;
  };
}

/** What the server says, as JSON or text. */
function bodyOf({ status, type, text, retryAfter }: Reply): unknown {
  const wait = parseRetryAfter(retryAfter);
  if (/^text\/html\b/i.test(type) || /^\s*</.test(text))
    throw new ForeignAnswer(status, describePage(text), wait);
  const body = parsed(text);
  if (status < 200 || status > 299) throw new ApiError(status, body, wait);
  return body;
}

/** Connections that obey the proxy of the environment. */
function agentFor(url: string): http.Agent {
  const proxyEnv = proxyOf(url) === undefined ? undefined : proxyEnvironment(process.env);
  const { Agent } = url.startsWith('https:') ? https : http;
  return new Agent({
    keepAlive: true,
    // Address translators forget silent connections: https://learn.microsoft.com/azure/load-balancer/load-balancer-tcp-reset
    keepAliveMsecs: 60_000,
    maxSockets: CONNECTIONS,
    proxyEnv: { ...proxyEnv },
  });
}

/** Node sends no length with a DELETE on its own, and servers ignore a body without one. */
function bodyHeaders(text: string, type = 'application/json'): Record<string, string> {
  return { 'content-type': type, 'content-length': String(Buffer.byteLength(text)) };
}

/** A server's URL may have a path: that of a proxy in front of several clusters. */
function urlOf(server: Server, { path, query = {} }: RestRequest): URL {
  const url = new URL(server.url.replace(/\/+$/, '') + path);
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, String(value));
  return url;
}

interface Reply {
  readonly status: number;
  /** The header Content-Type; empty when there is none. */
  readonly type: string;
  readonly text: string;
  /** The header Retry-After. */
  readonly retryAfter: string | undefined;
}

function send(url: URL, options: RequestOptions, text: string | undefined): Promise<Reply> {
  const { request } = url.protocol === 'https:' ? https : http;
  return new Promise((resolve, reject) => {
    const sent = request(url, options, (response) => {
      const { statusCode: status = 0, headers } = response;
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const body = Buffer.concat(chunks).toString('utf8');
        const type = headers['content-type'] ?? '';
        resolve({ status, type, text: body, retryAfter: headers['retry-after'] });
      });
    });
    sent.on('error', (error) => reject(ofProxy(error)));
    sent.on('timeout', () => sent.destroy(timedOut(options.timeout)));
    sent.end(text);
  });
}

/**
 * A refusal of a proxy, which the agents of @kubernetes/client-node tell by its number alone, in the form of Node's own:
 * https://github.com/delvedor/hpagent `index.js`
 */
function ofProxy(error: Error): Error {
  const status = /^Bad response: (\d{3})$/.exec(error.message)?.[1];
  if (status === undefined) return error;
  const refusal = new Error(
    `the proxy answered ${status} ${http.STATUS_CODES[status] ?? ''}`.trim(),
  );
  return Object.assign(refusal, { code: 'ERR_PROXY_TUNNEL', status: Number(status) });
}

function timedOut(ms = SILENCE_MS): Error {
  return Object.assign(new Error(noAnswerWithin(ms)), { code: 'ETIMEDOUT' });
}

function noAnswerWithin(ms: number): string {
  return `no answer within ${Math.round(ms / 100) / 10} seconds`;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
