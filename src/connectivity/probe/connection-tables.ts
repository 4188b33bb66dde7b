import type { V1Pod } from '@kubernetes/client-node';
import { inParallel } from '../../core/in-parallel.ts';
import { isReady } from '../../kubernetes/pods.ts';
import type { NodeObservation } from '../evaluate/observation.ts';
import type { ProbeCluster } from './cluster.ts';

const AT_ONCE = 16;
const TIMEOUT_MS = 10_000;
/** Some shells read byte by byte, and such a file gives no more than its first one. */
const SCRIPT = 'cd /proc/sys/net/netfilter && cat nf_conntrack_count nf_conntrack_max';

/**
 * Reads how full the connection table of each node is, in the pod of Multus there, which is in the network of its node.
 * A table stays unknown where Multus does not run, its image has no shell, or this identity may not run commands in its
 * pod. Never throws.
 */
export async function readConnectionTables(
  cluster: ProbeCluster,
  nodes: readonly NodeObservation[],
): Promise<readonly NodeObservation[]> {
  const pods = await cluster.multusPods().catch(() => []);
  const byNode = new Map(pods.filter(isReady).map((pod) => [pod.spec?.nodeName, pod]));
  return inParallel(nodes, AT_ONCE, async (node) => {
    const connections = await tableOf(cluster, byNode.get(node.name));
    return connections === undefined ? node : { ...node, connections };
  });
}

async function tableOf(cluster: ProbeCluster, pod: V1Pod | undefined) {
  const container = pod?.spec?.containers[0]?.name;
  if (pod === undefined || container === undefined) return undefined;
  const output = await cluster.runIn(pod, container, SCRIPT, TIMEOUT_MS).catch(() => '');
  const [, used, most] = /^(\d+)\n(\d+)\s*$/.exec(output) ?? [];
  return used === undefined ? undefined : { used: Number(used), most: Number(most) };
}
