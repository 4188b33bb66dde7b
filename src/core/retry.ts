import type { Clock } from './clock.ts';

/** When a call that failed is made again, and for how long. One of `attempts` and `deadline` must end it. */
export interface RetryPolicy {
  readonly clock: Clock;
  /** How many calls are made in all. */
  readonly attempts?: number;
  /** The time of the clock at which the last call begins. */
  readonly deadline?: number;
  /** The pause before the second call. Every pause varies by a quarter, so that callers spread out. */
  readonly firstPauseMs: number;
  /** A number from 0 to 1 for how a pause varies: 0.5 leaves it as it is. `Math.random` when not given. */
  readonly random?: () => number;
  /** How many times longer each pause is than the one before; 2 when not given. */
  readonly factor?: number;
  /** The longest pause of the back-off; Retry-After may ask for a longer one. */
  readonly longestPauseMs?: number;
  /** Whether the same call may work later; `isTransient` when not given. */
  readonly mayPass?: (error: unknown) => boolean;
  /** The pause that the service asks for; the error's property `retryAfterMs` when not given. */
  readonly retryAfterMs?: (error: unknown) => number | undefined;
}

/**
 * A pause that a service asks for is obeyed up to this length. API servers ask for at most 32 seconds (`maxRetryAfter` in
 * https://github.com/kubernetes/kubernetes `staging/src/k8s.io/apiserver/pkg/util/flowcontrol/dropped_requests_tracker.go`).
 * GitHub recommends a minute after a secondary rate limit, and its primary limit lasts up to an hour, for which no job
 * should wait (https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api).
 */
const LONGEST_RETRY_AFTER_MS = 60_000;

/**
 * Makes a call until it succeeds, with growing pauses between the attempts. A pause is at least as long as the service
 * asks for. Gives up when that is more than a minute, or goes past the deadline.
 *
 * @throws the error of the last call; the one before when the last call only ran out of time.
 */
export async function retry<T>(call: () => Promise<T>, policy: RetryPolicy): Promise<T> {
  const { clock, attempts = Number.POSITIVE_INFINITY, mayPass = isTransient } = policy;
  const { deadline = Number.POSITIVE_INFINITY, retryAfterMs = retryAfterOf } = policy;
  let cause: unknown;
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await call();
    } catch (error) {
      const left = deadline - clock.now();
      const asked = retryAfterMs(error) ?? 0;
      const hopeless = asked > Math.min(left, LONGEST_RETRY_AFTER_MS);
      cause = tellingMore(error, cause);
      if (attempt >= attempts || left <= 0 || hopeless || !mayPass(error)) throw cause;
      await clock.sleep(Math.min(Math.max(pauseAfter(attempt, policy), asked), left));
    }
  }
}

/** A call that had no more time. What the service answered before says more than that it did not answer now. */
export class OutOfTime extends Error {
  readonly code = 'ETIMEDOUT';
}

function tellingMore(error: unknown, before: unknown): unknown {
  return error instanceof OutOfTime && before !== undefined ? before : error;
}

function pauseAfter(attempt: number, policy: RetryPolicy): number {
  const { firstPauseMs, factor = 2, longestPauseMs = Number.POSITIVE_INFINITY } = policy;
  const { random = Math.random } = policy;
  const pause = Math.min(firstPauseMs * factor ** (attempt - 1), longestPauseMs);
  return pause * (0.75 + random() / 2);
}

/** How long to wait for something, and how often to look. */
export interface Patience {
  readonly clock: Clock;
  /** The time of the clock at which the last attempt begins. */
  readonly deadline: number;
  /** Pause between attempts; 2 seconds when not given. */
  readonly everyMs?: number;
}

/**
 * Repeats `attempt` until it gives a value. Transient errors count as "not yet" before the deadline; other errors are
 * thrown at once. There is always at least one attempt.
 *
 * @returns the value, or undefined when there is none at the deadline.
 */
export async function until<T>(
  attempt: () => Promise<T | undefined>,
  { deadline, clock, everyMs = 2000 }: Patience,
): Promise<T | undefined> {
  let cause: unknown;
  for (;;) {
    let pause = everyMs;
    try {
      const value = await attempt();
      if (value !== undefined) return value;
    } catch (error) {
      cause = tellingMore(error, cause);
      if (!isTransient(error) || clock.now() >= deadline) throw cause;
      pause = Math.max(everyMs, retryAfterOf(error) ?? 0);
    }
    if (clock.now() >= deadline) return undefined;
    await clock.sleep(Math.min(pause, Math.max(0, deadline - clock.now())));
  }
}

/** The pause that an HTTP header Retry-After asks for: seconds, or a date. Undefined when it is neither. */
export function parseRetryAfter(
  header: string | null | undefined,
  now = Date.now(),
): number | undefined {
  if (header == null || header.trim() === '') return undefined;
  const seconds = Number(header);
  const ms = Number.isNaN(seconds) ? Date.parse(header) - now : seconds * 1000;
  return Number.isNaN(ms) ? undefined : Math.max(0, ms);
}

function retryAfterOf(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('retryAfterMs' in error)) return undefined;
  return typeof error.retryAfterMs === 'number' ? error.retryAfterMs : undefined;
}

const TRANSIENT_STATUS: ReadonlySet<number> = new Set([429, 500, 502, 503, 504]);
const TRANSIENT_CODES: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  'UND_ERR_SOCKET',
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_HEADERS_TIMEOUT',
]);

/** True when the same call may work a moment later: the server was busy, or the connection failed. */
export function isTransient(error: unknown): boolean {
  const status = error instanceof Error && 'status' in error ? error.status : undefined;
  if (typeof status === 'number') return TRANSIENT_STATUS.has(status);
  const code = codeOf(error);
  return code !== undefined && TRANSIENT_CODES.has(code);
}

/** The code of a failed connection (`ECONNREFUSED`, `SELF_SIGNED_CERT_IN_CHAIN`), wherever it is nested. */
export function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  if ('code' in error && typeof error.code === 'string') return error.code;
  if (error instanceof AggregateError) return codeOf(error.errors[0]);
  return codeOf(error.cause);
}
