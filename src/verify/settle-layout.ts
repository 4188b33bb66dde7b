import { chosenLayout, type Layout } from '../connectivity/layout.ts';
import type { ProbeCluster } from '../connectivity/probe/cluster.ts';
import { findAllNetworks } from '../connectivity/probe/find-networks.ts';
import type { Log } from '../core/log.ts';
import type { VerifyInputs } from './inputs.ts';

/** Inputs of which everything is decided. */
export interface SettledInputs extends VerifyInputs {
  readonly layout: Layout;
  /** Whether the pods run in a namespace of the run. */
  readonly ownNamespace: boolean;
}

/**
 * Decides what the inputs leave open. The layout depends on the networks of the cluster.
 *
 * @throws ClusterError when there is no network to test.
 */
export async function settleLayout(
  inputs: VerifyInputs,
  cluster: ProbeCluster,
  log: Log,
): Promise<SettledInputs> {
  const layout = inputs.layout ?? (await layoutByNetworks(inputs, cluster, log));
  return { ...inputs, layout, ownNamespace: hasOwnNamespace({ ...inputs, layout }) };
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

async function layoutByNetworks(
  { excludedNetworks, namespace, networks }: VerifyInputs,
  cluster: ProbeCluster,
  log: Log,
): Promise<Layout> {
  const found = await findAllNetworks(cluster, networks, excludedNetworks);
  const layout = chosenLayout(found, namespace);
  log.info(`Layout ${layout} fits these networks: ${found.map(({ id }) => id).join(', ')}`);
  return layout;
}
