import { STATUS_CODES } from 'node:http';
import { messageOf } from '../core/errors.ts';
import { redact } from '../core/redact.ts';
import { codeOf } from '../core/retry.ts';

/** A refusal of the API server: its HTTP status, and its body, which is JSON or text. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly status: number;
  readonly body: unknown;
  /** What the header Retry-After asks for. API servers send it with 429 and 503. */
  readonly retryAfterMs: number | undefined;

  constructor(status: number, body: unknown, retryAfterMs?: number) {
    super(`HTTP ${status}`);
    this.status = status;
    this.body = body;
    this.retryAfterMs = retryAfterMs;
  }
}

/** The HTTP status with which the API server refused, or undefined when it did not answer. */
export function statusOf(error: unknown): number | undefined {
  return error instanceof ApiError ? error.status : undefined;
}

/** The answer of a call, or undefined when the API server refuses with one of these statuses: 404 means "absent". */
export async function unlessStatus<T>(
  statuses: readonly number[],
  call: () => Promise<T>,
): Promise<T | undefined> {
  try {
    return await call();
  } catch (error) {
    if (statuses.includes(statusOf(error) ?? 0)) return undefined;
    throw error;
  }
}

/** True for the 409 that says that the name is taken. The other 409 says that two writers collided. */
export function isTaken(error: unknown): boolean {
  return error instanceof ApiError && error.status === 409 && isAlreadyExists(error.body);
}

/** https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/status/ */
function isAlreadyExists(body: unknown): boolean {
  return (
    typeof body === 'object' && body !== null && 'reason' in body && body.reason === 'AlreadyExists'
  );
}

/**
 * What went wrong in one line: the API server's own message, or the reason that there was no answer. Without credentials,
 * because a proxy in front of the server may repeat the request.
 */
export function reasonOf(error: unknown): string {
  if (error instanceof ApiError) {
    return `${error.status} ${redact(serverMessage(error.body)) || STATUS_CODES[error.status]}`;
  }
  const cause = error instanceof Error ? error.cause : undefined;
  const message = messageOf(cause ?? error);
  // An AggregateError of several failed addresses has no message of its own.
  return message === '' ? (codeOf(error) ?? '') : redact(message);
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
