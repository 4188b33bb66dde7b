import { startTestApiServer, type TestApiServer } from '../servers/api-server.ts';
import { startedForTests } from './started-for-tests.ts';

/**
 * Starts an API server before the tests of a file and stops it after them. Its fields can be read only in tests and in
 * later hooks.
 */
export function setUpApiServer(): Omit<TestApiServer, 'stop'> {
  const server = startedForTests(startTestApiServer);
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
