import type { V1DaemonSet } from '@kubernetes/client-node';
import { ClusterError } from '../github/errors.ts';
import type { Connection } from '../kubernetes/connection.ts';
import type { Clock } from '../kubernetes/poll.ts';
import { readIfThere } from '../kubernetes/remove.ts';
import { MULTUS } from './manifest.ts';

/** A DaemonSet that an environment needs and that is not its own to install. */
interface Wanted {
  readonly namespace: string;
  readonly name: string;
  /** The environment whose it is. */
  readonly base: string;
}

/**
 * The image of the Multus that a shared cluster has. Nothing is changed.
 *
 * @throws ClusterError when it has none.
 */
export function findMultus(connection: Connection, base: string, clock: Clock): Promise<string> {
  const { namespace, daemonSet: name } = MULTUS;
  return imageOf(connection, { namespace, name, base }, clock);
}

/**
 * The image of a DaemonSet that must be there.
 *
 * @throws ClusterError when it is not.
 */
export async function imageOf(
  connection: Connection,
  { namespace, name, base }: Wanted,
  clock: Clock,
): Promise<string> {
  const wanted = { apiVersion: 'apps/v1', kind: 'DaemonSet', metadata: { namespace, name } };
  const found = await readIfThere<V1DaemonSet>(connection, wanted, clock);
  const image = found?.spec?.template.spec?.containers[0]?.image;
  if (image !== undefined) return image;
  throw new ClusterError({
    resource: `daemonset ${namespace}/${name}`,
    reason: `the cluster of ${base} does not have it, and what belongs to ${base} is not changed from here`,
    nextStep: `run configure-multus for ${base} first${name === MULTUS.daemonSet ? '' : ', with a network that needs it'}`,
  });
}
