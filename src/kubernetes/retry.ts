import { STATUS_CODES } from 'node:http';
import type { Clock } from '../core/clock.ts';
import { messageOf } from '../core/errors.ts';
import { ApiError, type Rest, type RestRequest } from './rest.ts';

const ATTEMPTS = 5;
const FIRST_PAUSE_MS = 250;

/**
 * Sends a request again when it failed in a way that passes by itself, at most five times in all within
 * about four seconds. Only for requests that may be sent twice.
 */
export async function retrying<T>(
  request: () => Promise<T>,
  clock: Clock,
  mayPass: (error: unknown) => boolean = isTransient,
): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await request();
    } catch (error) {
      if (attempt === ATTEMPTS || !mayPass(error)) throw error;
      await clock.sleep(FIRST_PAUSE_MS * 2 ** (attempt - 1));
    }
  }
}

/**
 * Requests of which those that may be sent twice are sent again: all that do not make or change anything. Not after
 * a minute without an answer, which would become five.
 */
export function retryingRest(rest: Rest, clock: Clock): Rest {
  return <Answer>(request: RestRequest) => {
    const again = request.method === 'GET' || request.method === 'DELETE';
    const send = () => rest<Answer>(request);
    return again ? retrying(send, clock, failsFast) : send();
  };
}

function failsFast(error: unknown): boolean {
  return isTransient(error) && codeOf(error) !== 'ETIMEDOUT';
}

/** The HTTP status with which the API server refused, or undefined when it did not answer. */
export function statusOf(error: unknown): number | undefined {
  return error instanceof ApiError ? error.code : undefined;
}

/** True for the one of the two 409 that says that the name is taken; the other is that of two writers at once. */
export function isTaken(error: unknown): boolean {
  return statusOf(error) === 409 && reasonIn((error as ApiError).body) === 'AlreadyExists';
}

/** What went wrong in one line: the API server's own message, or the reason that there was no answer. */
export function reasonOf(error: unknown): string {
  if (error instanceof ApiError)
    return `${error.code} ${serverMessage(error.body) || STATUS_CODES[error.code]}`;
  const cause = error instanceof Error ? error.cause : undefined;
  const message = messageOf(cause ?? error);
  // The error of several addresses that were tried has no message of its own.
  return message === '' ? (codeOf(error) ?? '') : message;
}

const PASSING_STATUS: ReadonlySet<number> = new Set([429, 500, 502, 503, 504]);
const PASSING_CODES: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ERR_HTTP2_GOAWAY_SESSION',
  'ERR_HTTP2_INVALID_SESSION',
  'ERR_HTTP2_SESSION_ERROR',
  'ERR_HTTP2_STREAM_CANCEL',
  'ERR_HTTP2_STREAM_ERROR',
  'UND_ERR_SOCKET',
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_HEADERS_TIMEOUT',
]);

/** True when the same request may work a moment later. */
export function isTransient(error: unknown): boolean {
  const status = statusOf(error);
  if (status !== undefined) return PASSING_STATUS.has(status);
  const code = codeOf(error);
  return code !== undefined && PASSING_CODES.has(code);
}

/** The code of a failed connection (`ECONNREFUSED`, `SELF_SIGNED_CERT_IN_CHAIN`), wherever it is nested. */
export function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  if ('code' in error && typeof error.code === 'string') return error.code;
  if (error instanceof AggregateError) return codeOf(error.errors[0]);
  return codeOf(error.cause);
}

/** https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/status/ */
function reasonIn(body: unknown): unknown {
  return typeof body === 'object' && body !== null && 'reason' in body ? body.reason : undefined;
}

function serverMessage(body: unknown): string {
  const status = typeof body === 'string' ? parse(body) : body;
  if (typeof status === 'object' && status !== null && 'message' in status) {
    return String(status.message);
  }
  return typeof body === 'string' ? body.trim() : '';
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

export interface Patience {
  /** When to give up, in the clock's time. */
  readonly deadline: number;
  readonly clock: Clock;
  /** Pause between attempts; 2 seconds when not given. */
  readonly everyMs?: number;
}

/**
 * Repeats `attempt` until it gives a value. Gives undefined once the deadline has passed; at least one
 * attempt is made. Errors that may pass by themselves (a dropped connection, 429, 5xx) count as
 * "not yet", unless the deadline has passed; others are thrown at once.
 */
export async function until<T>(
  attempt: () => Promise<T | undefined>,
  { deadline, clock, everyMs = 2000 }: Patience,
): Promise<T | undefined> {
  for (;;) {
    try {
      const value = await attempt();
      if (value !== undefined) return value;
    } catch (error) {
      if (!isTransient(error) || clock.now() >= deadline) throw error;
    }
    if (clock.now() >= deadline) return undefined;
    await clock.sleep(Math.min(everyMs, Math.max(0, deadline - clock.now())));
  }
}
