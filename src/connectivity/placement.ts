import type { V1Node, V1Pod } from '@kubernetes/client-node';
import { ClusterError } from '../github/errors.ts';
import { nodeState } from '../kubernetes/nodes.ts';
import { type Clock, until } from '../kubernetes/poll.ts';
import type { ProbeCluster } from './cluster.ts';

/** A node, and why it will not do for the sample pods; no obstacle when it will. */
export interface NodeVerdict {
  readonly name: string;
  readonly obstacle?: string;
}

/**
 * Judges the nodes, by name: one will do that is Ready, takes new pods, and has a Multus that is Ready. A
 * cluster in which no Multus pod is found may run it under another name: there it is not asked for. Pure.
 */
export function judgeNodes(
  nodes: readonly V1Node[],
  multusPods: readonly V1Pod[],
): readonly NodeVerdict[] {
  const withMultus = new Set(multusPods.filter(isReady).flatMap((pod) => pod.spec?.nodeName ?? []));
  return nodes
    .toSorted((a, b) => nameOf(a).localeCompare(nameOf(b)))
    .map((node) => {
      const name = nameOf(node);
      const why = obstacle(node, multusPods.length === 0 || withMultus.has(name));
      return why === undefined ? { name } : { name, obstacle: why };
    });
}

/** A node that has just become Ready keeps its taint for some seconds. */
const PATIENCE_MS = 30_000;

/**
 * The first node that will do for pods that must be together.
 *
 * @throws ClusterError that says of each node why it will not do.
 */
export async function awaitNode(cluster: ProbeCluster, clock: Clock): Promise<string> {
  let verdicts: readonly NodeVerdict[] = [];
  const chosen = await until(
    async () => {
      const [nodes, multusPods] = await Promise.all([cluster.nodes(), cluster.multusPods()]);
      verdicts = judgeNodes(nodes, multusPods);
      return verdicts.find((verdict) => verdict.obstacle === undefined);
    },
    { clock, deadline: clock.now() + PATIENCE_MS, everyMs: 1000 },
  );
  if (chosen !== undefined) return chosen.name;
  const reasons = verdicts.map(({ name, obstacle: why }) => `${name}: ${why}`);
  throw new ClusterError({
    resource: 'nodes for the sample pods',
    reason: reasons.length === 0 ? 'the cluster has no node' : reasons.join('; '),
    nextStep:
      'make a node Ready with Multus on it (configure-multus waits for both), then verify again',
  });
}

/** True when the pod says that it is Ready. */
export function isReady(pod: V1Pod): boolean {
  return (
    pod.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') ??
    false
  );
}

function obstacle(node: V1Node, multus: boolean): string | undefined {
  const state = nodeState(node);
  if (!state.ready) return `not Ready (${state.reason})`;
  if (node.spec?.unschedulable === true) return 'cordoned';
  const taint = node.spec?.taints?.find(({ effect }) => effect !== 'PreferNoSchedule');
  if (taint !== undefined) return `tainted ${taint.key}:${taint.effect}`;
  return multus ? undefined : 'Multus is not Ready on it';
}

function nameOf(node: V1Node): string {
  return node.metadata?.name ?? '';
}
