import type { Environment } from '../environment/environment.ts';
import type { Attachment } from './attachment.ts';
import { addressCount } from './handed-out.ts';
import type { NetworkProblem } from './network-spec.ts';

/**
 * Is there an address for each of the pods that a node is to have on a network? host-local has its range on
 * each node, whereabouts has one for all nodes. For eni-prefix the network interfaces tell: `checkInterfaces`.
 */
export function checkCapacity(
  attachment: Attachment,
  environment: Environment | undefined,
): readonly NetworkProblem[] {
  const { ipam, podsPerNode } = attachment;
  if (podsPerNode === undefined || (ipam !== 'host-local' && ipam !== 'whereabouts')) return [];
  const addresses = addressCount(attachment);
  const nodes = ipam === 'whereabouts' ? mostNodes(environment) : 1;
  const most = Math.floor(addresses / nodes);
  if (podsPerNode <= most) return [];
  const shared = nodes === 1 ? '' : `, for up to ${nodes} nodes`;
  const allowed = `at most ${most}, as ${ipam} has ${addresses} addresses${shared}; or a larger range`;
  return [{ place: 'pods-per-node', value: String(podsPerNode), allowed }];
}

function mostNodes(environment: Environment | undefined): number {
  return environment?.nodeGroups.reduce((sum, { max }) => sum + max, 0) || 1;
}
