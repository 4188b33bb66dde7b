import { STATUS_CODES } from 'node:http';
import { messageOf } from '../core/errors.ts';
import { redact } from '../core/redact.ts';
import { codeOf, isTransient } from '../core/retry.ts';

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

/**
 * An answer that no API server gives, with any status: the page of a proxy, of a load balancer or of a network that
 * wants people to sign in first. Says nothing about the objects of a cluster.
 */
export class ForeignAnswer extends Error {
  override readonly name = 'ForeignAnswer';
  readonly retryAfterMs: number | undefined;

  /** @param what what came instead, for messages */
  constructor(status: number, what: string, retryAfterMs?: number) {
    super(`HTTP ${status} with ${what}`);
    this.retryAfterMs = retryAfterMs;
  }
}

/** What a page is, in a few words: its title, never its text. */
export function describePage(text: string): string {
  const title = /<title[^>]*>\s*([^<]{1,200}?)\s*<\/title/i.exec(text)?.[1];
  return title === undefined ? 'an HTML page' : `the HTML page "${title.replace(/\s+/g, ' ')}"`;
}

/** True when the same request may succeed later: the server is busy, the connection failed, or another server answered. */
export function mayPass(error: unknown): boolean {
  return error instanceof ForeignAnswer || isTransient(error);
}

/** The later of two errors, unless it says only that the time was up. */
export function tellsMore(later: unknown, earlier: unknown): unknown {
  return codeOf(later) === 'ETIMEDOUT' && earlier !== undefined ? earlier : later;
}

/** The HTTP status with which the API server refused, or undefined when it did not answer. */
export function statusOf(error: unknown): number | undefined {
  return error instanceof ApiError ? error.status : undefined;
}

/** True when an error says something about the object of the request. A busy server, or one that does not know us, does not. */
export function isAboutObject(error: unknown): boolean {
  const status = statusOf(error);
  return status !== undefined && status !== 401 && status !== 429;
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
    const message = redact(shorten(serverMessage(error.body))) || STATUS_CODES[error.status];
    return `${error.status} ${message?.replace(new RegExp(`^${error.status} `), '')}`;
  }
  const cause = error instanceof Error ? error.cause : undefined;
  const message = messageOf(cause ?? error);
  // An AggregateError of several failed addresses has no message of its own.
  return message === '' ? (codeOf(error) ?? '') : redact(message);
}

/** What an API server says has a few hundred characters; lists of problems may be as long as their object. */
const LONGEST_MESSAGE = 2_000;

function shorten(message: string): string {
  return message.length <= LONGEST_MESSAGE ? message : `${message.slice(0, LONGEST_MESSAGE)}…`;
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
