import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Connection, connect } from '../../../src/kubernetes/connection.ts';
import { recordingLog } from '../fakes/recording-log.ts';
import { type Borrowed, borrowApiServer } from '../setup/api-server-pool.ts';
import { noCredentials } from './api-server.ts';
import { type EtcdState, readEtcd } from './etcd-state.ts';
import { whenServed } from './lab-cluster.ts';
import { resetCluster } from './reset-cluster.ts';

const KIND = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const ROLES = '/apis/rbac.authorization.k8s.io/v1/clusterroles';
const POLICIES = '/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies';
const SERVICES = '/api/v1/namespaces/default/services';

let server: Borrowed;
let connection: Connection;
let first: EtcdState;

beforeAll(async () => {
  server = await borrowApiServer();
  first = new Map(JSON.parse(await readFile(server.state, 'utf8')));
  connection = await connect(
    { kind: 'kubeconfig', path: server.kubeconfig },
    { log: recordingLog(), credentials: noCredentials },
  );
});
// It has had a policy of admission.
afterAll(() => server?.giveBack(false));

const post = (path: string, name: string, rest: object = {}) =>
  connection.rest({ method: 'POST', path, body: { metadata: { name }, ...rest } });

/** A kind of a group of its own, and an object of it. */
async function makeKind(): Promise<void> {
  const schema = { openAPIV3Schema: { type: 'object' } };
  const versions = [{ name: 'v1', served: true, storage: true, schema }];
  const names = { plural: 'marks', kind: 'Mark' };
  const spec = { group: 'a.example', scope: 'Cluster', names, versions };
  await post(KIND, 'marks.a.example', { spec });
  const mark = { apiVersion: 'a.example/v1', kind: 'Mark' };
  await whenServed(async () => void (await post('/apis/a.example/v1/marks', 'm', mark)));
}

describe('a reset', () => {
  it('finds nothing to do in a new cluster', async () => {
    expect(await readEtcd(server.etcd)).toEqual(first);
    await resetCluster(connection, server.etcd, first);
  });

  it('undoes what is made, changed and deleted, and the same can be made again', async () => {
    const { api } = connection;
    for (let times = 0; times < 2; times += 1) {
      await makeKind();
      await post('/api/v1/namespaces', 'team');
      await post('/api/v1/namespaces/team/configmaps', 'c');
      await post('/api/v1/nodes', 'n1');
      await post(SERVICES, 's', { spec: { clusterIP: '10.100.7.7', ports: [{ port: 80 }] } });
      await api.merge(`${ROLES}/view`, { metadata: { labels: { changed: 'yes' } } });
      await api.remove(`${ROLES}/edit`);
      await resetCluster(connection, server.etcd, first);
      expect(await readEtcd(server.etcd)).toEqual(first);
      expect(await api.read('/apis/a.example')).toBeUndefined();
      expect(await api.read('/apis/a.example/v1/marks')).toBeUndefined();
      expect(await api.read('/api/v1/namespaces/team')).toBeUndefined();
      expect(await api.list('/api/v1/nodes')).toEqual([]);
      expect(await api.get<object>(`${ROLES}/edit`)).toBeDefined();
      const view = await api.get<{ metadata: { labels: object } }>(`${ROLES}/view`);
      expect(view.metadata.labels).not.toHaveProperty('changed');
    }
  });

  it('refuses a cluster with a policy of admission, which its API server goes on to obey', async () => {
    const pods = { apiGroups: [''], apiVersions: ['v1'], resources: ['pods'] };
    const matchConstraints = { resourceRules: [{ ...pods, operations: ['CREATE'] }] };
    const validations = [{ expression: 'true' }];
    await post(POLICIES, 'p', { spec: { matchConstraints, validations } });
    const reset = resetCluster(connection, server.etcd, first);
    await expect(reset).rejects.toThrow(
      'needs a server of its own: /registry/validatingadmissionpolicies/p',
    );
  });
});
