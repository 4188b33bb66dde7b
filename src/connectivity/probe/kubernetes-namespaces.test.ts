import { afterEach, describe, expect, it } from 'vitest';
import { fakeClock } from '../../../dev/testing/fakes/fake-clock.ts';
import {
  type KubeAnswer,
  type KubeServer,
  refusal,
  startKubeServer,
} from '../../../dev/testing/servers/kube-server.ts';
import { type KubernetesApi, kubernetesApi } from '../../kubernetes/api.ts';
import { patientFor } from '../../kubernetes/patience.ts';
import { restOf } from '../../kubernetes/rest.ts';
import { listPodsEverywhere, namespaceCalls } from './kubernetes-cluster.ts';

let server: KubeServer | undefined;
afterEach(async () => {
  await server?.close();
  server = undefined;
});

async function answering(...answers: readonly KubeAnswer[]): Promise<KubernetesApi> {
  let asked = 0;
  server = await startKubeServer(() => answers[asked++] ?? refusal(500, 'asked too often'));
  const rest = restOf({ url: server.url, proxied: false, options: async () => ({}) });
  return kubernetesApi(rest, patientFor(fakeClock(), 4_000));
}

const asked = () => server?.requests.map(({ method, path }) => `${method} ${path}`);
const ok = (body: unknown) => ({ status: 200, body });

describe('the namespace of a run', () => {
  it('has its run and its expiry', async () => {
    const api = await answering({ status: 201, body: {} });
    await namespaceCalls(api, 'ours').createNamespace('run-1', new Date('2026-01-02T03:04:05Z'));
    expect(server?.requests).toMatchObject([
      {
        method: 'POST',
        body: {
          metadata: {
            name: 'ours',
            labels: { 'app.kubernetes.io/managed-by': 'eks-multus-actions' },
            annotations: expect.objectContaining({}),
          },
        },
      },
    ]);
    expect(JSON.stringify(server?.requests[0]?.body)).toContain('2026-01-02T03:04:05.000Z');
  });

  it.each([200, 404, 409])('may be gone or being deleted already: %i', async (status) => {
    const api = await answering(status === 200 ? ok({}) : refusal(status, 'x'));
    await namespaceCalls(api, 'ours').deleteNamespace();
    expect(asked()).toEqual(['DELETE /api/v1/namespaces/ours']);
  });

  it('is there or not', async () => {
    const calls = namespaceCalls(await answering(ok({}), refusal(404, 'not found')), 'ours');
    expect([await calls.namespaceExists(), await calls.namespaceExists()]).toEqual([true, false]);
  });
});

describe('namespaces that runs left behind', () => {
  it('are the expired ones', async () => {
    const sent = await answering({ status: 201, body: {} });
    await namespaceCalls(sent, 'old').createNamespace('run-1', new Date(1_000));
    await namespaceCalls(sent, 'x')
      .createNamespace('r', new Date(0))
      .catch(() => undefined);
    const old = server?.requests[0]?.body as { metadata: object };
    await server?.close();
    const young = { metadata: { name: 'young', annotations: {} } };
    const api = await answering(ok({ items: [old, young] }), ok({ items: [old] }));
    const calls = namespaceCalls(api, 'ours');
    expect(await calls.expiredNamespaces(new Date(2_000))).toEqual(['old']);
    expect(await calls.expiredNamespaces(new Date(500))).toEqual([]);
  });

  it('are ignored when namespaces may not be listed', async () => {
    const calls = namespaceCalls(await answering(refusal(403, 'no')), 'ours');
    expect(await calls.expiredNamespaces(new Date())).toEqual([]);
  });
});

describe('all pods', () => {
  const page = (name: string, token?: string) =>
    ok({
      items: [{ metadata: { name } }],
      metadata: token === undefined ? {} : { continue: token },
    });
  const names = async (api: KubernetesApi) =>
    (await listPodsEverywhere(api))?.map(({ metadata }) => metadata?.name);

  it('are listed page by page', async () => {
    expect(await names(await answering(page('a', 'next'), page('b')))).toEqual(['a', 'b']);
    expect(asked()).toEqual([
      'GET /api/v1/pods?limit=500',
      'GET /api/v1/pods?limit=500&continue=next',
    ]);
  });

  it('are those of the first pages when the list expires', async () => {
    expect(await names(await answering(page('a', 'next'), refusal(410, 'expired')))).toEqual(['a']);
  });

  it('are undefined without the permission to list them, and an error otherwise', async () => {
    expect(await names(await answering(refusal(403, 'no')))).toBeUndefined();
    await server?.close();
    await expect(names(await answering(refusal(400, 'bad')))).rejects.toThrow('HTTP 400');
  });
});
