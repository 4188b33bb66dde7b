import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { fakeClock } from '../../dev/testing/fakes/fake-clock.ts';
import {
  type KubeServer,
  refusal,
  startKubeServer,
} from '../../dev/testing/servers/kube-server.ts';
import { isConflict, type KubernetesApi, kubernetesApi } from './api.ts';
import { ApiError, ForeignAnswer } from './api-error.ts';
import { patientFor } from './patience.ts';
import { type Rest, restOf } from './rest.ts';

const PATIENCE_MS = 60_000;

let server: KubeServer | undefined;
beforeEach(() => {
  vi.spyOn(Math, 'random').mockReturnValue(0.5);
});
afterEach(async () => {
  vi.restoreAllMocks();
  await server?.close();
  server = undefined;
});

/** A client of a server that answers with `answer`, and the clock for its pauses. */
async function start(answer: Parameters<typeof startKubeServer>[0]) {
  server = await startKubeServer(answer);
  const clock = fakeClock();
  const rest = restOf({ url: server.url, proxied: false, options: async () => ({}) });
  return { api: kubernetesApi(rest, patientFor(clock, PATIENCE_MS)), clock };
}

const requests = () => server?.requests.map(({ method, path }) => `${method} ${path}`);

describe('an object named by its kind', () => {
  const resources = [
    { name: 'pods/status', kind: 'Pod', namespaced: true },
    { name: 'pods', kind: 'Pod', namespaced: true },
    { name: 'nodes', kind: 'Node', namespaced: false },
  ];
  const node = { apiVersion: 'v1', kind: 'Node', metadata: { name: 'a' } };

  it('gets its path from API discovery, which is read once', async () => {
    const { api } = await start(({ path, body }) => ({
      status: 200,
      body: path === '/api/v1' ? { resources } : (body ?? {}),
    }));
    const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p', namespace: 'n' } };
    expect(await api.apply(pod)).toEqual(pod);
    await api.merge(pod, {});
    await api.read(node);
    expect(await api.remove(pod, { uid: 'u' })).toBe(true);
    expect(requests()).toEqual([
      'GET /api/v1',
      'PATCH /api/v1/namespaces/n/pods/p?fieldManager=eks-multus-actions&force=true',
      'PATCH /api/v1/namespaces/n/pods/p?fieldManager=eks-multus-actions',
      'GET /api/v1/nodes/a',
      'DELETE /api/v1/namespaces/n/pods/p',
    ]);
    expect(server?.requests.at(-1)?.body).toEqual({ preconditions: { uid: 'u' } });
  });

  it('reads discovery again while the kind is unknown', async () => {
    const { api } = await start(({ path }, asked) => ({
      status: 200,
      body: path === '/apis/g/v1' ? { resources: asked === 0 ? [] : resources } : {},
    }));
    const pod = { apiVersion: 'g/v1', kind: 'Pod', metadata: { name: 'p', namespace: 'n' } };
    await expect(api.get(pod)).rejects.toMatchObject({ status: 404 });
    expect(await api.get(pod)).toEqual({});
  });

  it('is absent when the server does not know the kind', async () => {
    const { api } = await start(() => ({ status: 200, body: { resources: [] } }));
    expect(await api.read(node)).toBeUndefined();
    expect(await api.remove(node)).toBe(false);
  });
});

describe('an object named by its path', () => {
  it('is created, replaced, listed and removed at that path', async () => {
    const { api } = await start(() => ({ status: 200, body: { items: [1, 2] } }));
    await api.create('/api/v1/nodes', { metadata: { name: 'a' } });
    await api.replace('/api/v1/nodes/a', {});
    expect(await api.list('/api/v1/nodes', { labelSelector: 'x=y' })).toEqual([1, 2]);
    await api.removeAll('/api/v1/nodes', { labelSelector: 'x=y', gracePeriodSeconds: 0 });
    expect(requests()).toEqual([
      'POST /api/v1/nodes?fieldManager=eks-multus-actions',
      'PUT /api/v1/nodes/a?fieldManager=eks-multus-actions',
      'GET /api/v1/nodes?labelSelector=x%3Dy',
      'DELETE /api/v1/nodes?labelSelector=x%3Dy&gracePeriodSeconds=0',
    ]);
  });

  it('is absent after a 404', async () => {
    const { api } = await start(() => refusal(404, 'not found'));
    expect(await api.read('/api/v1/nodes/a')).toBeUndefined();
    expect(await api.list('/apis/unknown/v1/things')).toEqual([]);
    expect(await api.remove('/api/v1/nodes/a')).toBe(false);
    await expect(api.get('/api/v1/nodes/a')).rejects.toMatchObject({ status: 404 });
  });

  it('throws when the server refuses', async () => {
    const { api } = await start(() => refusal(403, 'no'));
    await expect(api.read('/api/v1/nodes/a')).rejects.toMatchObject({ status: 403 });
    await expect(api.remove('/api/v1/nodes/a')).rejects.toMatchObject({ status: 403 });
  });
});

const failing = (times: number, error: unknown) => {
  let calls = 0;
  return async () => {
    calls += 1;
    if (calls <= times) throw error;
    return calls;
  };
};
const busy = new ApiError(503, undefined);

describe('a call that may be made twice', () => {
  const patient = () => {
    const clock = fakeClock();
    const unused = () => Promise.reject(new Error('the test sends nothing'));
    return { clock, api: kubernetesApi(unused, patientFor(clock, PATIENCE_MS)) };
  };

  it('is made again after an error that may pass, with growing pauses', async () => {
    const { api, clock } = patient();
    expect(await api.repeat(failing(3, busy))).toBe(4);
    expect(clock.now()).toBe(250 + 500 + 1000);
  });

  it.each([
    ['a busy server', busy],
    ['a page of another server', new ForeignAnswer(200, 'an HTML page')],
  ])('is made again until the deadline: %s', async (_, error) => {
    const { api, clock } = patient();
    await expect(api.repeat(failing(99, error))).rejects.toBe(error);
    expect(clock.now()).toBe(PATIENCE_MS);
  });

  it('is made again after a conflict only when the caller says so, and five times at most', async () => {
    const conflict = new ApiError(409, undefined);
    const { api } = patient();
    await expect(api.repeat(failing(1, conflict))).rejects.toBe(conflict);
    expect(await api.repeat(failing(1, conflict), isConflict)).toBe(2);
    expect(await api.repeat(failing(4, conflict), isConflict)).toBe(5);
    await expect(api.repeat(failing(5, conflict), isConflict)).rejects.toBe(conflict);
  });

  it('is not made again after a refusal', async () => {
    const refusal = new ApiError(403, undefined);
    await expect(patient().api.repeat(failing(1, refusal))).rejects.toBe(refusal);
  });
});

describe('an operation that fails once', () => {
  const object = { apiVersion: 'v1', kind: 'Node', metadata: { name: 'a' } };
  const attempts = async (error: unknown, call: (api: KubernetesApi) => Promise<unknown>) => {
    let sent = 0;
    const rest = async ({ path }: { readonly path: string }) => {
      if (path === '/api/v1') return { resources: [{ name: 'nodes', kind: 'Node' }] };
      sent += 1;
      if (sent === 1) throw error;
      return {};
    };
    const result = call(kubernetesApi(rest as Rest, patientFor(fakeClock(), PATIENCE_MS)));
    return { sent: await result.then(() => sent).catch((thrown) => thrown) };
  };

  it.each<[string, (api: KubernetesApi) => Promise<unknown>]>([
    ['read', (api) => api.read('/x')],
    ['get', (api) => api.get('/x')],
    ['list', (api) => api.list('/x')],
    ['remove', (api) => api.remove('/x')],
    ['removeAll', (api) => api.removeAll('/x', {})],
    ['apply', (api) => api.apply(object)],
  ])('is repeated: %s', async (_, call) => {
    expect(await attempts(busy, call)).toEqual({ sent: 2 });
  });

  it.each<[string, (api: KubernetesApi) => Promise<unknown>]>([
    ['create', (api) => api.create('/x', {})],
    ['replace', (api) => api.replace('/x', {})],
    ['merge', (api) => api.merge('/x', {})],
  ])('is not repeated: %s', async (_, call) => {
    expect(await attempts(busy, call)).toEqual({ sent: busy });
  });

  it('is repeated after a conflict when it is apply', async () => {
    const conflict = new ApiError(409, undefined);
    expect(await attempts(conflict, (api) => api.apply(object))).toEqual({ sent: 2 });
  });

  it('is repeated after a minute without an answer', async () => {
    const silent = Object.assign(new Error('no answer'), { code: 'ETIMEDOUT' });
    expect(await attempts(silent, (api) => api.read('/x'))).toEqual({ sent: 2 });
  });
});

it.each([429, 503])('waits as long as the Retry-After of a %d says', async (status) => {
  const { api, clock } = await start((_, asked) =>
    asked === 0
      ? { ...refusal(status, 'too many requests'), headers: { 'retry-after': '7' } }
      : { status: 200, body: { items: [1] } },
  );
  expect(await api.list('/api/v1/nodes')).toEqual([1]);
  expect(clock.now()).toBe(7000);
});

it('asks again before a Retry-After of hours is over', async () => {
  const { api, clock } = await start((_, asked) =>
    asked === 0
      ? { ...refusal(503, 'maintenance'), headers: { 'retry-after': '7200' } }
      : { status: 200, body: { items: [] } },
  );
  expect(await api.list('/api/v1/nodes')).toEqual([]);
  expect(clock.now()).toBe(32_000);
});
