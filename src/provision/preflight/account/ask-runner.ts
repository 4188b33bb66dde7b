import { connect } from 'node:net';
import { networkInterfaces } from 'node:os';
import { messageOf } from '../../../core/errors.ts';
import { proxyOf } from '../../../github/proxy.ts';
import type { Answer, RunnerFacts } from '../facts.ts';

/** A connection inside of a VPC, or to one that is connected to it, takes a few milliseconds. */
const CONNECT_MS = 5000;

/**
 * Looks at where this runner is, and tries to connect to the API server of a cluster that exists. Sends nothing.
 *
 * @param endpoint such as `https://ABC.gr7.ap-northeast-2.eks.amazonaws.com`; undefined before the cluster is made
 */
export async function askRunner(endpoint: string | undefined): Promise<Answer<RunnerFacts>> {
  const addresses = Object.values(networkInterfaces())
    .flatMap((all) => all ?? [])
    .filter(({ family, internal }) => family === 'IPv4' && !internal)
    .map(({ address }) => address);
  // Whether a proxy leads there, only the proxy knows.
  if (endpoint === undefined || proxyOf(endpoint) !== undefined) return { value: { addresses } };
  const failure = await connectionFailure(new URL(endpoint));
  return { value: { addresses, ...(failure === undefined ? {} : { failure }) } };
}

/** Why no connection is made; undefined when one is. */
function connectionFailure({ hostname, port }: URL): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ host: hostname, port: Number(port || 443), timeout: CONNECT_MS });
    const end = (failure: string | undefined) => {
      socket.destroy();
      resolve(failure);
    };
    socket.once('connect', () => end(undefined));
    socket.once('timeout', () =>
      end(`${hostname} does not answer in ${CONNECT_MS / 1000} seconds`),
    );
    socket.once('error', (error) => end(messageOf(error)));
  });
}
