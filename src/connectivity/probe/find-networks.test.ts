import { describe, expect, it } from 'vitest';
import { fakeProbeCluster } from '../testing/fake-probe-cluster.ts';
import { findChanges, findNetworks } from './find-networks.ts';
import { probeNetwork } from './network.ts';

const definition = (name: string, managed = true, namespace = 'default') => ({
  metadata: { name, namespace },
  managed,
});
const ids = async (found: ReturnType<typeof findNetworks>) => (await found).map(({ id }) => id);

describe('findNetworks', () => {
  it('takes the networks that configure-multus created, sorted by name', async () => {
    const definitions = [definition('net-10'), definition('net-9'), definition('other', false)];
    const cluster = fakeProbeCluster({ definitions });
    expect(await ids(findNetworks(cluster, undefined, 2))).toEqual([
      'default/net-9',
      'default/net-10',
    ]);
  });

  it('takes the named networks in their order, from any namespace', async () => {
    const definitions = [definition('a'), definition('b', false, 'team')];
    const cluster = fakeProbeCluster({ definitions });
    const names = [{ namespace: 'team', name: 'b' }, { name: 'a' }];
    expect(await ids(findNetworks(cluster, names, 2))).toEqual(['team/b', 'default/a']);
  });

  it('lists the existing networks when a name is wrong', async () => {
    const cluster = fakeProbeCluster({ definitions: [definition('a'), definition('b')] });
    await expect(findNetworks(cluster, [{ name: 'c' }, { name: 'a' }], 2)).rejects.toThrow(
      /network default\/c: there is no such .*\n.*default\/a, default\/b/,
    );
  });

  it('says that the namespace does not exist', async () => {
    const cluster = fakeProbeCluster({ definitions: [] });
    await cluster.deleteNamespace();
    await expect(findNetworks(cluster, undefined, 2)).rejects.toThrow(
      /namespace default: it does not exist.*kubectl create namespace default/s,
    );
  });

  it.each([
    [['a'], 'apply the networks with configure-multus'],
    [[], 'created 0'],
    [['a', 'b', 'c'], 'name the 2 that should be tested'],
  ])('refuses %j, as the layout needs two', async (names, message) => {
    const cluster = fakeProbeCluster({ definitions: names.map((name) => definition(name)) });
    await expect(findNetworks(cluster, undefined, 2)).rejects.toThrow(message);
  });
});

describe('findChanges', () => {
  const network = (name: string, master: string) => ({
    ...definition(name),
    spec: { config: JSON.stringify({ type: 'ipvlan', master }) },
  });
  const before = ['a', 'b', 'c'].map((name) => probeNetwork(network(name, 'eth1')));

  it('tells deleted networks from changed ones, and leaves out the others', async () => {
    const now = [network('a', 'eth1'), network('b', 'eth2')];
    expect(await findChanges(fakeProbeCluster({ definitions: now }), before)).toEqual(
      new Map([
        ['default/b', 'changed'],
        ['default/c', 'deleted'],
      ]),
    );
  });

  it('does not know when a definition cannot be read', async () => {
    const cluster = {
      ...fakeProbeCluster(),
      definition: async () => Promise.reject(new Error('forbidden')),
    };
    expect(await findChanges(cluster, before)).toBeUndefined();
  });
});
