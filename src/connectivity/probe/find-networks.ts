import { isDeepStrictEqual } from 'node:util';
import { ClusterError } from '../../core/errors.ts';
import { unlessStatus } from '../../kubernetes/api-error.ts';
import { missingNamespace } from '../../kubernetes/explain.ts';
import { matchesName } from '../evaluate/pairs.ts';
import type { ProbeCluster } from './cluster.ts';
import { type ProbeNetwork, probeNetwork } from './network.ts';

/** The name of a network. Without a namespace, the network is in the namespace of the pods. */
export interface NetworkName {
  readonly namespace?: string;
  readonly name: string;
}

/**
 * The networks to test: the named ones in their order, or else those that configure-multus created, sorted by name, without
 * those whose names match a pattern of `excluded`.
 *
 * @throws ClusterError when one does not exist, or when their number is not what the layout needs.
 */
export async function findNetworks(
  cluster: ProbeCluster,
  names: readonly NetworkName[] | undefined,
  needed: number,
  excluded: readonly string[] = [],
): Promise<readonly ProbeNetwork[]> {
  const networks = withoutExcluded(await readNetworks(cluster, names), excluded);
  if (networks.length === needed) return networks;
  await checkNamespace(cluster);
  const found = networks.map(({ id }) => id).join(', ') || 'none';
  throw new ClusterError({
    resource: `networks in namespace ${cluster.namespace}`,
    reason: `the layout needs ${needed} networks, but configure-multus created ${networks.length} (${found})`,
    nextStep:
      networks.length < needed
        ? 'apply the networks with configure-multus, or name others with the input networks'
        : `name the ${needed} that should be tested with the input networks`,
  });
}

/**
 * Any number of networks: the named ones, or else those that configure-multus created, without those whose names match
 * a pattern of `excluded` (`*` stands for any characters).
 *
 * @throws ClusterError when one does not exist, or when none is left.
 */
export async function findAllNetworks(
  cluster: ProbeCluster,
  names: readonly NetworkName[] | undefined,
  excluded: readonly string[],
): Promise<readonly ProbeNetwork[]> {
  const found = await readNetworks(cluster, names);
  const networks = withoutExcluded(found, excluded);
  if (networks.length > 0) return networks;
  await checkNamespace(cluster);
  const left = found.length === 0 ? '' : `, and all ${found.length} are excluded`;
  throw new ClusterError({
    resource: `networks in namespace ${cluster.namespace}`,
    reason: `there is no network to test${left}`,
    nextStep:
      'apply networks with configure-multus, or name some with the input networks; look at exclude-networks',
  });
}

function withoutExcluded(
  networks: readonly ProbeNetwork[],
  excluded: readonly string[],
): readonly ProbeNetwork[] {
  return networks.filter(({ id }) => !excluded.some((pattern) => matchesName(pattern, id)));
}

async function readNetworks(
  cluster: ProbeCluster,
  names: readonly NetworkName[] | undefined,
): Promise<readonly ProbeNetwork[]> {
  if (names !== undefined) return Promise.all(names.map((name) => findNetwork(cluster, name)));
  const definitions = await cluster.definitions({ managed: true });
  return definitions.map(probeNetwork).toSorted(byName);
}

async function findNetwork(cluster: ProbeCluster, name: NetworkName): Promise<ProbeNetwork> {
  const namespace = name.namespace ?? cluster.namespace;
  const definition = await cluster.definition(namespace, name.name);
  if (definition !== undefined) return probeNetwork(definition);
  await checkNamespace(cluster.inNamespace(namespace));
  const others = (await cluster.definitions({ managed: false })).map(
    ({ metadata }) => `${metadata.namespace}/${metadata.name}`,
  );
  throw new ClusterError({
    resource: `network ${namespace}/${name.name}`,
    reason: 'there is no such NetworkAttachmentDefinition',
    nextStep: `apply it with configure-multus, or name one of those in ${cluster.namespace}: ${others.join(', ') || 'none'}`,
  });
}

/** A list of a namespace that does not exist is empty, like that of any other. */
async function checkNamespace(cluster: ProbeCluster): Promise<void> {
  const { namespace } = cluster;
  if ((await unlessStatus([403], () => cluster.namespaceExists())) !== false) return;
  throw new ClusterError({
    resource: `namespace ${namespace}`,
    reason: 'it does not exist, so there are no networks in it',
    nextStep: missingNamespace(namespace),
  });
}

function byName(one: ProbeNetwork, other: ProbeNetwork): number {
  return one.name.localeCompare(other.name, 'en', { numeric: true });
}

/**
 * The networks whose definitions say something else now than when they were read. Undefined when one cannot be read
 * again.
 */
export async function findChanges(
  cluster: ProbeCluster,
  networks: readonly ProbeNetwork[],
): Promise<ReadonlyMap<string, 'deleted' | 'changed'> | undefined> {
  try {
    const changes = await Promise.all(
      networks.map(async (network) => {
        const now = await cluster.definition(network.namespace, network.name);
        if (now === undefined) return [[network.id, 'deleted'] as const];
        return isDeepStrictEqual(probeNetwork(now), network)
          ? []
          : [[network.id, 'changed'] as const];
      }),
    );
    return new Map(changes.flat());
  } catch {
    return undefined;
  }
}
