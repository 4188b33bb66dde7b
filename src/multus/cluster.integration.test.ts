import { readFile } from 'node:fs/promises';
import type { KubernetesObject, V1ConfigMap, V1DaemonSet, V1Pod } from '@kubernetes/client-node';
import { describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { recordingLog } from '../../dev/testing/fakes/recording-log.ts';
import { setUpApiServer } from '../../dev/testing/setup/api-server.ts';
import { mapNodeRoles } from '../aws-auth/config-map.ts';
import { systemClock } from '../core/clock.ts';
import { packFile } from '../core/pack-files.ts';
import { MERGE_PATCH, OUR_LABELS } from '../kubernetes/api.ts';
import { apply, readManifest } from '../kubernetes/apply.ts';
import { serverOf } from '../kubernetes/kubeconfig.ts';
import { restOf, type Server } from '../kubernetes/rest.ts';
import { applyNetworks } from '../networks/definition-store.ts';
import { networkSpecsSchema } from '../networks/network-spec.ts';
import { planAttachments } from '../networks/plan-attachments.ts';
import { DEFINITION, installMultus } from './install.ts';
import { removeMultus } from './remove.ts';

const NETWORKS = `
- { name: ipvlan-conf-1, network: 1, ipam: host-local, subnet: 10.0.4.0/24, range: 10.0.4.70-10.0.4.80 }
- { name: eni-prefix-2, network: 2 }
`;
const AWS_AUTH = '/api/v1/namespaces/kube-system/configmaps/aws-auth';

const cluster = setUpApiServer();

const patience = () => ({ clock: systemClock, deadline: systemClock.now() + 60_000, everyMs: 100 });
const readAwsAuth = () => cluster.connection.api.get<V1ConfigMap>(AWS_AUTH);

/** Requests that have the rights of the Multus daemon, and no others. */
function asDaemon(server: Server): Server {
  const user = { 'impersonate-user': 'system:serviceaccount:kube-system:multus' };
  const options = async () => {
    const own = await server.options();
    return { ...own, headers: { ...own.headers, ...user } } as typeof own;
  };
  return { ...server, options };
}

describe('Multus', () => {
  const install = () =>
    installMultus(
      cluster.connection,
      { mode: 'thick', image: 'multus:1' },
      recordingLog(),
      patience(),
    );
  const daemonSet = () =>
    cluster.connection.api.get<V1DaemonSet>(
      '/apis/apps/v1/namespaces/kube-system/daemonsets/kube-multus-ds',
    );

  it('can be applied to a real API server, and a second run changes nothing', async () => {
    await install();
    const first = await daemonSet();
    expect(first.spec?.template.spec?.containers[0]?.image).toBe('multus:1');
    await install();
    const second = await daemonSet();
    expect(second.metadata?.resourceVersion).toBe(first.metadata?.resourceVersion);
    const managers = second.metadata?.managedFields?.map(({ manager }) => manager);
    expect(managers).toEqual(['eks-multus-actions']);
  });

  it('may write what it attached into a pod, and nothing else of a pod', async () => {
    await install();
    const path = '/api/v1/namespaces/default/pods';
    const spec = { nodeName: 'n1', containers: [{ name: 'app', image: 'app:1' }] };
    const { rest } = cluster.connection;
    await rest({ method: 'POST', path, body: { metadata: { name: 'attached' }, spec } });
    const multus = restOf(asDaemon(serverOf(cluster.connection.config)));
    const pod = await multus<V1Pod>({ method: 'GET', path: `${path}/attached` });
    const annotations = { 'k8s.v1.cni.cncf.io/network-status': '[]' };
    const written = { ...pod, metadata: { ...pod.metadata, annotations } };
    const put = (subresource: string, body: V1Pod) =>
      multus<V1Pod>({ method: 'PUT', path: `${path}/attached${subresource}`, body });
    expect((await put('/status', written)).metadata?.annotations).toMatchObject(annotations);
    const evil = { ...written, spec: { ...spec, containers: [{ name: 'app', image: 'evil:1' }] } };
    await expect(put('', evil as V1Pod)).rejects.toThrow('HTTP 403');
    await multus({ method: 'GET', path: '/api/v1/pods?watch=true&timeoutSeconds=1' });
    const body = { gracePeriodSeconds: 0 };
    await expect(multus({ method: 'DELETE', path: `${path}/attached`, body })).rejects.toThrow(
      'HTTP 403',
    );
    await rest({ method: 'DELETE', path: `${path}/attached`, body });
  });

  it('names the pods that do not end, and keeps their rights until they have ended', async () => {
    const path = '/api/v1/namespaces/kube-system/pods';
    const spec = {
      nodeName: 'n1',
      serviceAccountName: 'multus',
      containers: [{ name: 'kube-multus', image: 'multus:1' }],
    };
    const body = { metadata: { name: 'multus-1', labels: { name: 'multus' } }, spec };
    await cluster.connection.rest({ method: 'POST', path, body });
    const soon = { ...patience(), deadline: systemClock.now() };
    await expect(removeMultus(cluster.connection, recordingLog(), soon)).rejects.toThrow(
      /its pods still exist: multus-1 on n1/,
    );
    const role = { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole' };
    expect(
      await cluster.connection.api.get({ ...role, metadata: { name: 'multus' } }),
    ).toBeTruthy();
    await expect(removeMultus(cluster.connection, recordingLog(), soon)).rejects.toThrow(
      /multus-1/,
    );
    const now = { gracePeriodSeconds: 0 };
    await cluster.connection.rest({ method: 'DELETE', path: `${path}/multus-1`, body: now });
    await install();
  });

  it('can be removed, except its kind and objects that others have taken over', async () => {
    const account = {
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: { name: 'multus', namespace: 'kube-system' },
    };
    const labels = { 'app.kubernetes.io/managed-by': 'somebody' };
    await apply(cluster.connection, { ...account, metadata: { ...account.metadata, labels } });
    const remove = async () => {
      const log = recordingLog();
      await removeMultus(cluster.connection, log, patience());
      return log.lines;
    };
    expect(await remove()).toEqual([
      'Removed daemonset kube-system/kube-multus-ds',
      'Removed the guard from 0 nodes: pods start without Multus',
      'Removed configmap kube-system/multus-daemon-config',
      'Removed configmap kube-system/multus-guard',
      'Removed clusterrolebinding multus',
      'Removed clusterrole multus',
      'Not there, or not ours: serviceaccount kube-system/multus',
    ]);
    await expect(daemonSet()).rejects.toThrow(/404|not found/);
    expect(await cluster.connection.api.get(account)).toMatchObject({ metadata: { labels } });
    const kind = { apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition' };
    expect(
      await cluster.connection.api.get({ ...kind, metadata: { name: DEFINITION } }),
    ).toBeTruthy();
    expect((await remove()).every((line) => line.startsWith('Not there'))).toBe(true);
    await install();
  });
});

describe('networks', () => {
  const run = async (networks: string) => {
    const log = recordingLog();
    const plan = planAttachments(networkSpecsSchema.parse(parse(networks)), undefined, 'default');
    const attachments = 'attachments' in plan ? plan.attachments : [];
    await applyNetworks(cluster.connection, attachments, log, patience());
    return log.lines;
  };

  it('are created, then left alone, then changed', async () => {
    expect(await run(NETWORKS)).toEqual([
      'Created networkattachmentdefinition default/ipvlan-conf-1: ipvlan l3 on eth1, host-local 10.0.4.70-10.0.4.80',
      'Created networkattachmentdefinition default/eni-prefix-2: ipvlan l3 on eth2, eni-prefix',
    ]);
    expect((await run(NETWORKS)).map((line) => line.split(' ')[0])).toEqual([
      'Unchanged',
      'Unchanged',
    ]);
    const changed = await run(NETWORKS.replace('4.80', '4.90'));
    expect(changed.map((line) => line.split(' ')[0])).toEqual(['Changed', 'Unchanged']);
  });

  it('lose their configuration when the nodes configure them', async () => {
    const raw = `
      apiVersion: k8s.cni.cncf.io/v1
      kind: NetworkAttachmentDefinition
      metadata: { name: of-the-node }
    `;
    await run('- { name: of-the-node, network: 1 }');
    await run(`- raw: |${raw}`);
    const read = await cluster.connection.api.get({
      apiVersion: 'k8s.cni.cncf.io/v1',
      kind: 'NetworkAttachmentDefinition',
      metadata: { name: 'of-the-node', namespace: 'default' },
    });
    expect(read).not.toHaveProperty('spec.config');
  });

  it('lose labels and annotations that we no longer set, and keep those of others', async () => {
    const raw = (metadata: string) => `
      - raw: |
          apiVersion: k8s.cni.cncf.io/v1
          kind: NetworkAttachmentDefinition
          metadata: { name: marked, ${metadata} }
    `;
    const object = {
      apiVersion: 'k8s.cni.cncf.io/v1',
      kind: 'NetworkAttachmentDefinition',
      metadata: { name: 'marked', namespace: 'default' },
    };
    await run(raw('labels: { a: "1", b: "1" }, annotations: { c: "1" }'));
    const theirs = { labels: { theirs: '1', b: '2' }, annotations: { d: '1' } };
    const patch = { ...object, metadata: { ...object.metadata, ...theirs } };
    await cluster.connection.rest({
      method: 'PATCH',
      path: '/apis/k8s.cni.cncf.io/v1/namespaces/default/network-attachment-definitions/marked',
      query: { fieldManager: 'somebody' },
      body: patch,
      contentType: MERGE_PATCH,
    });
    expect(await run(raw('labels: { a: "2" }'))).toEqual([expect.stringMatching(/^Changed/)]);
    const { metadata } = await cluster.connection.api.get<KubernetesObject>(object);
    expect(metadata?.labels).toEqual({ ...OUR_LABELS, a: '2', b: '2', theirs: '1' });
    expect(metadata?.annotations).toEqual({ d: '1' });
    expect(await run(raw('labels: { a: "2" }'))).toEqual([expect.stringMatching(/^Unchanged/)]);
    expect(await run(raw(''))).toEqual([expect.stringMatching(/^Changed/)]);
    expect(
      (await cluster.connection.api.get<KubernetesObject>(object)).metadata?.labels,
    ).not.toHaveProperty('a');
  });

  it('by hand are the same as those of the action', async () => {
    const text = await readFile(packFile('manifests', 'nads', 'lab.yaml'), 'utf8');
    for (const object of readManifest(text)) await apply(cluster.connection, object);
  });

  it('that the cluster refuses get an explanation', async () => {
    const lost = NETWORKS.replace('name: ipvlan-conf-1', 'name: ipvlan-conf-1, namespace: nowhere');
    await expect(run(lost)).rejects.toThrow(
      /networkattachmentdefinition nowhere\/ipvlan-conf-1: the API server refused it \(404 namespaces "nowhere" not found\)/,
    );
  });
});

describe('aws-auth', () => {
  const role = (name: string) => `arn:aws:iam::111122223333:role/${name}`;
  const map = (names: readonly string[]) =>
    mapNodeRoles(cluster.connection, names.map(role), recordingLog(), systemClock);
  const rolesOf = (configMap: V1ConfigMap) =>
    (parse(configMap.data?.['mapRoles'] ?? '') as { rolearn: string }[]).map(
      ({ rolearn }) => rolearn,
    );

  it('is created when there is none, then left alone', async () => {
    expect(await map(['ng1'])).toMatchObject({
      changed: true,
      diff: [`+- rolearn: ${role('ng1')}`, ...Array(4).fill(expect.stringMatching(/^\+ /))],
    });
    const first = await readAwsAuth();
    expect(await map(['ng1'])).toEqual({ changed: false, diff: [] });
    expect((await readAwsAuth()).metadata?.resourceVersion).toBe(first.metadata?.resourceVersion);
  });

  it('loses nothing, whoever else writes it at the same time', async () => {
    const mine = Array.from({ length: 8 }, (_, index) => `mine-${index}`);
    const theirs = Array.from({ length: 8 }, (_, index) => `theirs-${index}`);
    await Promise.all([...mine.map((name) => map([name])), ...theirs.map(addAsOthersDo)]);
    const after = await readAwsAuth();
    expect(rolesOf(after).sort()).toEqual(['ng1', ...mine, ...theirs].map(role).sort());
    expect(Object.keys(after.data ?? {}).sort()).toEqual(
      ['mapRoles', ...theirs.map((name) => `seen-${name}`)].sort(),
    );
  });

  /** Another tool: reads all, adds a row and a key of its own, writes all, again on conflict. */
  async function addAsOthersDo(name: string): Promise<void> {
    for (;;) {
      const body = await readAwsAuth();
      const rows = parse(body.data?.['mapRoles'] ?? '') as object[];
      const mapRoles = stringify([...rows, { rolearn: role(name), username: name, groups: ['x'] }]);
      body.data = { ...body.data, mapRoles, [`seen-${name}`]: 'yes' };
      try {
        const path = '/api/v1/namespaces/kube-system/configmaps/aws-auth';
        await cluster.connection.rest({ method: 'PUT', path, body });
        return;
      } catch {
        await systemClock.sleep(Math.random() * 50);
      }
    }
  }
});
