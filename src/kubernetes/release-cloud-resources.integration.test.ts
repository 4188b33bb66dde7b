import { afterAll, beforeAll, expect, it } from 'vitest';
import { recordingLog } from '../../dev/testing/fakes/recording-log.ts';
import { startTestApiServer, type TestApiServer } from '../../dev/testing/servers/api-server.ts';
import { systemClock } from '../core/clock.ts';
import { type KubernetesApi, kubernetesApi } from './api.ts';
import { readKubeconfig, serverOf } from './kubeconfig.ts';
import { patientFor } from './patience.ts';
import { releaseCloudResources } from './release-cloud-resources.ts';
import { restOf } from './rest.ts';

let server: TestApiServer;
let api: KubernetesApi;

beforeAll(async () => {
  server = await startTestApiServer();
  api = kubernetesApi(
    restOf(serverOf(readKubeconfig(server.kubeconfig))),
    patientFor(systemClock, 30_000),
  );
});
afterAll(() => server?.stop());

const release = () => {
  const deadline = systemClock.now() + 10_000;
  return releaseCloudResources(api, {
    log: recordingLog(),
    clock: systemClock,
    deadline,
  });
};

async function create(plural: string, name: string, spec: object): Promise<void> {
  await api.create(`/api/v1/namespaces/default/${plural}`, { metadata: { name }, spec });
}

it('changes nothing in a cluster without cloud resources', async () => {
  expect(await release()).toEqual({ removed: [], left: [] });
});

it('deletes load balancers and volume claims from a real API server, and keeps the rest', async () => {
  const ports = [{ port: 80 }];
  await create('services', 'web', { type: 'LoadBalancer', ports });
  await create('services', 'inside', { type: 'ClusterIP', ports });
  await create('persistentvolumeclaims', 'data', {
    accessModes: ['ReadWriteOnce'],
    resources: { requests: { storage: '1Gi' } },
  });
  const { removed, left } = await release();
  expect(removed).toEqual(['Service default/web', 'PersistentVolumeClaim default/data']);
  // No controller runs here that removes the claim's finalizer.
  expect(left).toEqual(['PersistentVolumeClaim default/data']);
  const services = await api.list<{ metadata: { name: string } }>('/api/v1/services');
  const names = services.map(({ metadata }) => metadata.name);
  expect(names).toContain('inside');
  expect(names).not.toContain('web');
});
