import { STATUS_CODES } from 'node:http';
import { messageOf } from '../github/errors.ts';
import { ApiError } from './rest.ts';

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
