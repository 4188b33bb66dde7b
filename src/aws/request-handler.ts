import { proxyAgents } from '../github/proxy.ts';

/** How long an SDK client waits, in milliseconds. */
export interface Timeouts {
  /** For a connection to AWS or to the proxy. */
  readonly connectionMs: number;
  /** For the answer to begin, and then for each next part of it. */
  readonly answerMs: number;
}

const TIMEOUTS: Timeouts = { connectionMs: 10_000, answerMs: 30_000 };

/**
 * The part of an SDK client's configuration that is about its connections: timeouts, and the proxy of the environment.
 * The SDK by default waits forever. It retries a call that timed out like any other transient failure.
 *
 * @throws InputError when a variable for the proxy holds no URL.
 */
export function connectionSettings({ connectionMs, answerMs }: Timeouts = TIMEOUTS) {
  return {
    requestHandler: {
      ...proxyAgents(),
      connectionTimeout: connectionMs,
      requestTimeout: answerMs,
      // Without this the SDK only logs a warning.
      throwOnRequestTimeout: true,
      socketTimeout: answerMs,
    },
  };
}
