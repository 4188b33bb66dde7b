import { ClusterError } from '../github/errors.ts';
import type { ProbeCluster } from './cluster.ts';
import { type ProbeNetwork, probeNetwork } from './network.ts';

/** A network by name; without a namespace it is in that of the pods. */
export interface NetworkName {
  readonly namespace?: string;
  readonly name: string;
}

/**
 * The networks to test: those named, in that order, or else those that configure-multus made, by name.
 *
 * @throws ClusterError when one does not exist, or when there are not as many as the layout needs.
 */
export async function findNetworks(
  cluster: ProbeCluster,
  names: readonly NetworkName[] | undefined,
  needed: number,
): Promise<readonly ProbeNetwork[]> {
  const networks =
    names === undefined
      ? (await cluster.definitions({ managed: true })).map(probeNetwork).toSorted(byName)
      : await Promise.all(names.map((name) => findNetwork(cluster, name)));
  if (networks.length === needed) return networks;
  const found = networks.map(({ id }) => id).join(', ') || 'none';
  throw new ClusterError({
    resource: `networks in namespace ${cluster.namespace}`,
    reason: `the layout needs ${needed}, and there are ${networks.length} that configure-multus made (${found})`,
    nextStep:
      networks.length < needed
        ? 'apply the networks with configure-multus, or name others with the input networks'
        : `name the ${needed} that should be tested with the input networks`,
  });
}

async function findNetwork(cluster: ProbeCluster, name: NetworkName): Promise<ProbeNetwork> {
  const namespace = name.namespace ?? cluster.namespace;
  const definition = await cluster.definition(namespace, name.name);
  if (definition !== undefined) return probeNetwork(definition);
  const others = (await cluster.definitions({ managed: false })).map(
    ({ metadata }) => `${metadata.namespace}/${metadata.name}`,
  );
  throw new ClusterError({
    resource: `network ${namespace}/${name.name}`,
    reason: 'there is no such NetworkAttachmentDefinition',
    nextStep: `apply it with configure-multus, or name one of those in ${cluster.namespace}: ${others.join(', ') || 'none'}`,
  });
}

function byName(one: ProbeNetwork, other: ProbeNetwork): number {
  return one.name.localeCompare(other.name, 'en', { numeric: true });
}
