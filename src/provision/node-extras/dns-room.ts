import { keepsPodsAway, type Taint } from '../../environment/taints.ts';
import type { NodeGroup } from '../node-groups.ts';
import { addWarning } from '../report.ts';
import type { Session } from '../session.ts';

/**
 * What the CoreDNS of a new EKS cluster tolerates:
 * https://github.com/eksctl-io/eksctl/blob/a2637474b8f72fb0c895112f0cf2281920bf470e/pkg/addons/default/assets/coredns-1.35.json
 */
function isToleratedByCoreDns({ key, value, effect }: Taint): boolean {
  if (key === 'CriticalAddonsOnly') return true;
  const isOfControlPlane = key === 'node-role.kubernetes.io/control-plane' && value === '';
  return isOfControlPlane && effect === 'NoSchedule';
}

/** Whether CoreDNS can run on the nodes of one of these groups. Pure. */
export function haveRoomForDns(groups: readonly Pick<NodeGroup, 'taints'>[]): boolean {
  return groups.some(({ taints }) =>
    taints.every((taint) => !keepsPodsAway(taint) || isToleratedByCoreDns(taint)),
  );
}

/** Warns when the taints of the groups leave a cluster of the environment's own without DNS. Others may have other nodes. */
export function warnOfTaints(session: Session): void {
  const { base, cluster, nodeGroups } = session.inputs;
  if (base !== undefined || cluster.given !== undefined || haveRoomForDns(nodeGroups)) return;
  addWarning(
    session,
    'Each node group has a taint that CoreDNS does not tolerate, so the cluster has no DNS. Leave one group without such a taint, or let CoreDNS tolerate one (kubectl -n kube-system edit deployment coredns).',
  );
}
