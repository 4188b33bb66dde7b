import type { KubernetesObject, V1DaemonSet } from '@kubernetes/client-node';
import { beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { recordingLog } from '../../dev/testing/fakes/recording-log.ts';
import { attachmentsOf } from '../../dev/testing/samples/attachments.ts';
import { setUpApiServer } from '../../dev/testing/setup/api-server.ts';
import { systemClock } from '../core/clock.ts';
import { apply } from '../kubernetes/apply.ts';
import type { Attachment, NetworkAttachmentDefinition } from '../networks/attachment.ts';
import {
  applyNetworks,
  listDefinitions,
  pruneNetworks,
  usesWhereabouts,
} from '../networks/definition-store.ts';
import { goodNetworks } from '../networks/testing/network-inputs.ts';
import { DAEMON_SETS, installMultus } from './install.ts';
import { installWhereabouts, removeWhereabouts, whereaboutsObjects } from './whereabouts.ts';

const cluster = setUpApiServer();

const patience = () => ({ clock: systemClock, deadline: systemClock.now() + 60_000, everyMs: 100 });

beforeAll(async () => {
  await installMultus(
    cluster.connection,
    { mode: 'thick', image: 'multus:1' },
    recordingLog(),
    patience(),
  );
  for (const name of ['telco', 'other']) await namespace(name);
});

describe('a real API server', () => {
  it.each(goodNetworks)('takes the network: %s', async (_name, text) => {
    const attachments = attachmentsOf(parse(text));
    await applyNetworks(cluster.connection, attachments, recordingLog(), patience());
    for (const { definition } of attachments) {
      const there = await read(definition);
      expect(there?.metadata?.labels).toMatchObject(definition.metadata?.labels ?? {});
      expect(there?.spec?.config).toBe(definition.spec?.config);
    }
  });

  it('takes whereabouts with the given image; a second run changes nothing', async () => {
    const image = 'registry.example.com/whereabouts:v1';
    const versions = async () => {
      const objects = await Promise.all((await whereaboutsObjects()).map((one) => read(one)));
      return objects.map((object) => object?.metadata?.resourceVersion);
    };
    await installWhereabouts(cluster.connection, { image }, recordingLog(), patience());
    const first = await versions();
    const set = await cluster.connection.api.get<V1DaemonSet>(`${DAEMON_SETS}/whereabouts`);
    expect(set.spec?.template.spec?.containers.map((one) => one.image)).toEqual([image]);
    await installWhereabouts(cluster.connection, { image }, recordingLog(), patience());
    expect(await versions()).toEqual(first);
  });

  it('takes the allocations that whereabouts records', async () => {
    await apply(cluster.connection, pool({ 1: { id: 'c1', podref: 'default/a', ifname: 'net1' } }));
  });
});

describe('pruning', () => {
  const prune = async (wanted: readonly Attachment[], namespaces: readonly string[]) => {
    const log = recordingLog();
    await pruneNetworks(cluster.connection, wanted, namespaces, log);
    return log.lines;
  };
  const networks = async () =>
    (await listDefinitions(cluster.connection))
      .map(({ metadata }) => `${metadata?.namespace}/${metadata?.name}`)
      .sort();

  it('removes networks that we made in the namespaces of the run, and nothing else', async () => {
    const [keep, stale, elsewhere] = attachmentsOf([
      { name: 'keep', network: 1, namespace: 'telco' },
      { name: 'stale', network: 1, namespace: 'telco' },
      { name: 'elsewhere', network: 1, namespace: 'other' },
    ]);
    if (!keep || !stale || !elsewhere) throw new Error('three networks were asked for');
    await applyNetworks(cluster.connection, [keep, stale, elsewhere], recordingLog(), patience());
    const { name = '', namespace = '' } = { ...stale, name: 'theirs' };
    await cluster.connection.rest({
      method: 'POST',
      path: `/apis/k8s.cni.cncf.io/v1/namespaces/${namespace}/network-attachment-definitions`,
      query: { fieldManager: 'somebody' },
      body: { ...stale.definition, metadata: { name, namespace } },
    });
    const before = await networks();
    expect(await prune([keep], ['telco'])).toContain(
      'Removed networkattachmentdefinition telco/stale',
    );
    const gone = ['telco/stale', 'telco/a'];
    expect(await networks()).toEqual(before.filter((one) => !gone.includes(one)));
    expect(await prune([keep], ['telco'])).toEqual([
      'Nothing to remove among the networks with app.kubernetes.io/managed-by=eks-multus-actions in telco',
    ]);
  });

  it('keeps whereabouts while a pod has an address from it, and then removes all of its objects', async () => {
    await prune([], ['default', 'telco', 'other']);
    expect(usesWhereabouts(await listDefinitions(cluster.connection))).toBe(false);
    const log = recordingLog();
    await removeWhereabouts(cluster.connection, log);
    expect(log.lines).toEqual([
      expect.stringMatching(/stays.* pods still have 1 of its addresses/),
    ]);
    const freed = pool({ 1: null });
    await cluster.connection.api.merge(freed, freed);
    await removeWhereabouts(cluster.connection, log);
    for (const object of await whereaboutsObjects()) {
      const there = await read(object);
      // The API server takes a moment to clear out the objects of a definition.
      if (there !== undefined) expect(there.metadata?.deletionTimestamp).toBeDefined();
    }
  });

  it('neither changes nor removes the whereabouts of somebody else', async () => {
    const objects = await whereaboutsObjects();
    const found = objects.find(({ kind }) => kind === 'DaemonSet');
    if (found === undefined) throw new Error('no DaemonSet in manifests/whereabouts');
    const metadata = { name: 'whereabouts', namespace: 'kube-system' };
    const theirs: KubernetesObject = { ...found, metadata };
    const made = await cluster.connection.rest<KubernetesObject>({
      method: 'POST',
      path: DAEMON_SETS,
      query: { fieldManager: 'helm' },
      body: theirs,
    });
    const log = recordingLog();
    await installWhereabouts(cluster.connection, { image: undefined }, log, patience());
    await removeWhereabouts(cluster.connection, log);
    expect(log.lines).toEqual([
      'daemonset kube-system/whereabouts was installed by somebody else; it stays as it is',
    ]);
    expect((await read(found))?.metadata?.resourceVersion).toBe(made.metadata?.resourceVersion);
  });
});

function read(object: KubernetesObject) {
  return cluster.connection.api.read<NetworkAttachmentDefinition>(object);
}

async function namespace(name: string): Promise<void> {
  await apply(cluster.connection, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
}

/** The allocations of a range as whereabouts records them. */
function pool(allocations: object) {
  return {
    apiVersion: 'whereabouts.cni.cncf.io/v1alpha1',
    kind: 'IPPool',
    metadata: { name: '10.0.4.0-24', namespace: 'kube-system' },
    spec: { range: '10.0.4.0/24', allocations },
  };
}
