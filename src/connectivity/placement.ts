import type { V1Node, V1Pod } from '@kubernetes/client-node';
import { ClusterError } from '../github/errors.ts';
import { nodeState } from '../kubernetes/nodes.ts';

/**
 * The node for pods that must be together: the first by name that is Ready, takes new pods, and on which
 * Multus is Ready. A cluster in which no Multus pod is found may run it under another name: there any
 * node that is Ready will do.
 *
 * @throws ClusterError that says of each node why it will not do.
 */
export function chooseNode(nodes: readonly V1Node[], multusPods: readonly V1Pod[]): string {
  const withMultus = new Set(multusPods.filter(isReady).flatMap((pod) => pod.spec?.nodeName ?? []));
  const verdicts = nodes
    .toSorted((a, b) => nameOf(a).localeCompare(nameOf(b)))
    .map((node) => ({
      name: nameOf(node),
      obstacle: obstacle(node, multusPods.length === 0 || withMultus.has(nameOf(node))),
    }));
  const chosen = verdicts.find((verdict) => verdict.obstacle === undefined);
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
