import { chosenLayout, LAB_NETWORK_COUNT, type Layout } from '../connectivity/layout.ts';
import type { ProbeCluster } from '../connectivity/probe/cluster.ts';
import { findAllNetworks, findNetworks } from '../connectivity/probe/find-networks.ts';
import type { ProbeNetwork } from '../connectivity/probe/network.ts';
import type { Log } from '../core/log.ts';
import type { VerifyInputs } from './inputs.ts';

/** Inputs of which everything is decided. */
export interface SettledInputs extends VerifyInputs {
  readonly layout: Layout;
  /** The networks to test. */
  readonly found: readonly ProbeNetwork[];
  /** Whether the pods run in a namespace of the run. */
  readonly ownNamespace: boolean;
}

/**
 * Finds the networks, and decides what the inputs leave open. The layout depends on the networks.
 *
 * @throws ClusterError when one does not exist, when there is none to test, or when their number is not what the layout
 *   needs.
 */
export async function settleLayout(
  inputs: VerifyInputs,
  cluster: ProbeCluster,
  log: Log,
): Promise<SettledInputs> {
  const { excludedNetworks: excluded, namespace, networks: names } = inputs;
  const found =
    inputs.layout === 'lab'
      ? await findNetworks(cluster, names, LAB_NETWORK_COUNT, excluded)
      : await findAllNetworks(cluster, names, excluded);
  const layout = inputs.layout ?? chosenLayout(found, namespace);
  if (inputs.layout === undefined) {
    log.info(`Layout ${layout} fits these networks: ${found.map(({ id }) => id).join(', ')}`);
  }
  return { ...inputs, layout, found, ownNamespace: hasOwnNamespace({ ...inputs, layout }) };
}

/**
 * Whether the pods run in a namespace of the run. Pods of the layout lab run in the namespace of their networks. So do pods of
 * the layout matrix, except when that is `default`. Multus attaches a pod only to networks of its own namespace and of
 * `default`.
 */
export function hasOwnNamespace({
  layout,
  namespace,
  podNamespace,
}: Pick<VerifyInputs, 'layout' | 'namespace' | 'podNamespace'>): boolean {
  if (podNamespace !== undefined) return podNamespace === 'per-run';
  return layout === 'matrix' && namespace === 'default';
}
