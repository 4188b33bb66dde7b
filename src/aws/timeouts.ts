/** How long an SDK client waits, in milliseconds. */
export interface Timeouts {
  /** For a connection to AWS or to the proxy. */
  readonly connectionMs: number;
  /** For the answer to begin, and then for each next part of it. */
  readonly answerMs: number;
}

/**
 * The timeouts of an SDK client's request handler. The SDK by default waits forever. It retries a call that timed out
 * like any other transient failure.
 */
export function handlerTimeouts({ connectionMs, answerMs }: Timeouts) {
  return {
    connectionTimeout: connectionMs,
    requestTimeout: answerMs,
    // Without this the SDK only logs a warning.
    throwOnRequestTimeout: true,
    socketTimeout: answerMs,
  };
}
