import { afterEach, describe, expect, it } from 'vitest';
import { type KubeServer, refusal, startKubeServer } from '../../dev/testing/kube-server.ts';
import { ApiError } from './api-error.ts';
import { objectsOf, PATCH_TYPES } from './objects.ts';
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
  it('brings who we are, and gives the answer', async () => {
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

  it('to delete may say what it means', async () => {
    const rest = await start(() => ({ status: 200, body: {} }));
    const body = { preconditions: { uid: 'ü' } };
    await rest({ method: 'DELETE', path: '/x', body });
    expect(server?.requests[0]).toMatchObject({ method: 'DELETE', body });
  });

  it('that is refused is an error with the status and the body', async () => {
    const rest = await start(() => refusal(404, 'pods "x" not found'));
    const error = await rest({ method: 'GET', path: '/x' }).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ApiError);
    expect(error).toMatchObject({ status: 404, body: { message: 'pods "x" not found' } });
  });
});

describe('objects of any kind', () => {
  const resources = [
    { name: 'pods/status', kind: 'Pod', namespaced: true },
    { name: 'pods', kind: 'Pod', namespaced: true },
    { name: 'nodes', kind: 'Node', namespaced: false },
  ];

  it('are where the server says, which is asked once', async () => {
    const rest = await start(({ path, body }) => ({
      status: 200,
      body: path === '/api/v1' ? { resources } : (body ?? {}),
    }));
    const objects = objectsOf(rest);
    const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p', namespace: 'n' } };
    expect(await objects.patch(pod, PATCH_TYPES.apply, { force: true })).toEqual(pod);
    await objects.create(pod, {});
    await objects.read({ apiVersion: 'v1', kind: 'Node', metadata: { name: 'a' } });
    expect(server?.requests.map(({ method, path }) => `${method} ${path}`)).toEqual([
      'GET /api/v1',
      'PATCH /api/v1/namespaces/n/pods/p?force=true',
      'POST /api/v1/namespaces/n/pods',
      'GET /api/v1/nodes/a',
    ]);
  });

  it('are asked for again when they were not known a moment ago', async () => {
    const rest = await start(({ path }, asked) => ({
      status: 200,
      body: path === '/apis/g/v1' ? { resources: asked === 0 ? [] : resources } : {},
    }));
    const objects = objectsOf(rest);
    const pod = { apiVersion: 'g/v1', kind: 'Pod', metadata: { name: 'p', namespace: 'n' } };
    await expect(objects.read(pod)).rejects.toMatchObject({ status: 404 });
    expect(await objects.read(pod)).toEqual({});
  });
});
