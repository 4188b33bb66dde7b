import { startTestApiServer, type TestApiServer } from '../servers/api-server.ts';
import { startedForTests } from './started-for-tests.ts';

/**
 * Gives the tests of a file an API server without objects of others. Its fields can be read only in tests and in later
 * hooks.
 *
 * @param options as for startTestApiServer
 */
export function setUpApiServer(
  options: Parameters<typeof startTestApiServer>[0] = {},
): Omit<TestApiServer, 'stop'> {
  const server = startedForTests(() => startTestApiServer(options));
  return {
    get kubeconfig() {
      return server().kubeconfig;
    },
    get folder() {
      return server().folder;
    },
    get connection() {
      return server().connection;
    },
  };
}
