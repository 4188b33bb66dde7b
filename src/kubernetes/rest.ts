import * as http from 'node:http';
import type { RequestOptions } from 'node:https';
import * as https from 'node:https';
import type { CredentialProvider } from '../aws/credentials.ts';
import { parseRetryAfter } from '../core/retry.ts';
import { proxyEnvironment, proxyOf } from '../github/proxy.ts';
import { ApiError } from './api-error.ts';
import { tokenSource } from './eks-token.ts';

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
 * @throws ApiError when the server refuses; the error of the connection when there is no answer.
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

/** An EKS cluster, as `DescribeCluster` describes it. The certificate authority is base64 of PEM. */
export interface EksAddress {
  readonly kind: 'eks';
  readonly name: string;
  readonly endpoint: string;
  readonly certificateAuthority: string;
  readonly region: string;
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

/**
 * Requests to one API server over connections that stay open. The generated clients of @kubernetes/client-node are not
 * used for requests: they bring the models of every kind (4 MB) and open a connection for each request.
 *
 * @param silenceMs a request fails when its connection is silent for this long; waiting for a connection does not count.
 */
export function restOf(server: Server, silenceMs = SILENCE_MS): Rest {
  const agent = server.proxied ? undefined : agentFor(server.url);
  return async <Answer>(request: RestRequest) => {
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
    // A timeout of the agent would never fire on a connection that is used again.
    const sent = { ...options, ...own, method, headers, timeout: silenceMs };
    const reply = await send(urlOf(server, request), sent, text);
    const body = parsed(reply.text);
    if (reply.status < 200 || reply.status > 299) {
      throw new ApiError(reply.status, body, parseRetryAfter(reply.retryAfter));
    }
    return body as Answer;
  };
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
        resolve({ status, text: body, retryAfter: headers['retry-after'] });
      });
    });
    sent.on('error', reject);
    sent.on('timeout', () => sent.destroy(timedOut(options.timeout)));
    sent.end(text);
  });
}

function timedOut(ms = SILENCE_MS): Error {
  const error = new Error(`no answer within ${ms / 1000} seconds`);
  return Object.assign(error, { code: 'ETIMEDOUT' });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
