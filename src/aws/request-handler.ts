import { proxyAgents } from '../github/proxy.ts';
import { handlerTimeouts, type Timeouts } from './timeouts.ts';

const TIMEOUTS: Timeouts = { connectionMs: 10_000, answerMs: 30_000 };

/**
 * The part of an SDK client's configuration that is about its connections: timeouts, and the proxy of the environment.
 *
 * @throws InputError when a variable for the proxy holds no URL.
 */
export function connectionSettings(timeouts: Timeouts = TIMEOUTS) {
  return { requestHandler: { ...proxyAgents(), ...handlerTimeouts(timeouts) } };
}
