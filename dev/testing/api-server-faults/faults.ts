import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '../../../src/core/clock.ts';
import type { Sender, Treatment } from '../servers/gateway.ts';

type Exchange = Parameters<Treatment>[0];
/** What a fault does with a request that it strikes. */
type Strike = (exchange: Exchange) => void;

const BUSY = 'Too many requests, please try again later.';
const BAD_GATEWAY =
  '<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n<center><h1>502 Bad Gateway</h1></center>\r\n</body>\r\n</html>\r\n';
const SIGN_IN =
  '<!DOCTYPE html><html><head><title>Guest network: sign in</title></head><body><form action="/login"></form></body></html>';

/** What passes at most API servers: each of these strikes for a while, or for good. */
export const PASSING: Readonly<Record<string, Strike>> = {
  '429 with Retry-After: 1': answer(429, 'text/plain; charset=utf-8', BUSY, { 'retry-after': '1' }),
  '503 of an API server that starts': json(503, 'ServiceUnavailable', 'apiserver not ready'),
  '502, HTML of a load balancer': answer(502, 'text/html', BAD_GATEWAY),
  '200, HTML of a captive portal': answer(200, 'text/html; charset=utf-8', SIGN_IN),
  'connections reset': ({ request }) => request.socket.destroy(),
  silence: () => undefined,
  'an answer byte by byte': ({ response }) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    const drip = setInterval(() => response.write(' '), 20);
    response.on('close', () => clearInterval(drip));
  },
};

function answer(
  status: number,
  type: string,
  text: string,
  headers: Readonly<Record<string, string>> = {},
): Strike {
  return ({ request, response }) => {
    request.resume();
    response.writeHead(status, { 'content-type': type, ...headers }).end(text);
  };
}

/** The answer of an API server that refuses. */
function json(code: number, reason: string, message: string): Strike {
  const body = { kind: 'Status', apiVersion: 'v1', status: 'Failure', message, reason, code };
  return answer(code, 'application/json', JSON.stringify(body));
}

/** True for the questions who we are and what we may, which come first. */
function isReview({ url = '' }: Exchange['request']): boolean {
  return url.includes('/selfsubject');
}

/** Strikes from the first request on that is no review, until so much time has passed on the clock. */
export function during(strike: Strike, ms: number, clock: Clock): Treatment {
  let began: number | undefined;
  return (exchange) => {
    if (isReview(exchange.request)) return exchange.pass();
    began ??= clock.now();
    return clock.now() - began < ms ? strike(exchange) : exchange.pass();
  };
}

/** Lets everything through, a little late. */
export function late(ms: number): Treatment {
  return ({ pass }) => void sleep(ms).then(() => pass());
}

/** Lets everything through, from this sender. The reviews come from an administrator. */
export function afterReviews(sender: Sender): Treatment {
  return ({ request, pass }) => pass(isReview(request) ? 'administrator' : sender);
}

/** Lets everything through from the client itself. */
export const asClient: Treatment = ({ pass }) => pass('client');

/** Answers all requests that write with the conflict of two writers. */
export const conflicting: Treatment = (exchange) => {
  const { method = '' } = exchange.request;
  const writes = ['PATCH', 'PUT', 'POST', 'DELETE'].includes(method);
  if (!writes || isReview(exchange.request)) return exchange.pass();
  return json(
    409,
    'Conflict',
    'Operation cannot be fulfilled: the object has been modified; please apply your changes to the latest version and try again',
  )(exchange);
};

/** Answers as an API server of another kind, which knows none of these paths. */
export const unknownPaths: Treatment = answer(
  404,
  'text/plain; charset=utf-8',
  '404 page not found\n',
);
