import { afterEach, describe, expect, it } from 'vitest';
import {
  type KubeServer,
  refusal,
  startKubeServer,
} from '../../dev/testing/servers/kube-server.ts';
import { ApiError } from './api-error.ts';
import { restOf } from './rest.ts';

let server: KubeServer | undefined;
afterEach(async () => {
  await server?.close();
  server = undefined;
});

async function start(answer: Parameters<typeof startKubeServer>[0], path = '') {
  server = await startKubeServer(answer);
  const options = async () => ({ headers: { authorization: 'Bearer t' } });
  return restOf({ url: `${server.url}${path}`, proxied: false, options });
}

describe('a request', () => {
  it('carries our identity and returns the answer', async () => {
    const rest = await start(() => ({ status: 200, body: { items: [] } }), '/behind/proxy/');
    const query = { labelSelector: 'a=b,c', limit: 5 };
    expect(await rest({ method: 'GET', path: '/api/v1/pods', query })).toEqual({ items: [] });
    expect(server?.requests).toMatchObject([
      {
        path: '/behind/proxy/api/v1/pods?labelSelector=a%3Db%2Cc&limit=5',
        authorization: 'Bearer t',
      },
    ]);
  });

  it('to delete may have a body', async () => {
    const rest = await start(() => ({ status: 200, body: {} }));
    const body = { preconditions: { uid: 'ü' } };
    await rest({ method: 'DELETE', path: '/x', body });
    expect(server?.requests[0]).toMatchObject({ method: 'DELETE', body });
  });

  it('that is refused throws an error with the status and the body', async () => {
    const rest = await start(() => refusal(404, 'pods "x" not found'));
    const error = await rest({ method: 'GET', path: '/x' }).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ApiError);
    expect(error).toMatchObject({ status: 404, body: { message: 'pods "x" not found' } });
  });
});
