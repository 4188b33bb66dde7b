import type { Environment } from '../environment/environment.ts';
import { lastAddress, parseCidr } from '../network/cidr.ts';
import type { Attachment } from './attachment.ts';
import { spanOf } from './check-addresses.ts';

/** What works, but not in the way that one may expect. One warning per subject, not per network. */
export function attachmentWarnings(
  attachments: readonly Attachment[],
  environment: Environment | undefined,
): readonly string[] {
  const hostLocal = attachments.filter(({ ipam }) => ipam === 'host-local');
  return [...sharedRanges(hostLocal, environment), ...prefixParts(hostLocal, environment)];
}

/** host-local keeps its book per node: https://www.cni.dev/plugins/current/ipam/host-local/ */
function sharedRanges(
  attachments: readonly Attachment[],
  environment: Environment | undefined,
): readonly string[] {
  const mostNodes = environment?.nodeGroups.reduce((sum, { max }) => sum + max, 0);
  if (attachments.length === 0 || (mostNodes !== undefined && mostNodes <= 1)) return [];
  const networks = attachments.map(({ name, range }) => `${name} (${range?.first}-${range?.last})`);
  const nodes = mostNodes === undefined ? 'several nodes' : `up to ${mostNodes} nodes`;
  return [
    `${networks.join(', ')}: with ipam host-local each node hands out the range by itself. On ${nodes} two pods can get the same address, and the VPC does not deliver these addresses from one node to another; pods on one node reach each other. ipam: eni-prefix has neither limit.`,
  ];
}

function prefixParts(
  attachments: readonly Attachment[],
  environment: Environment | undefined,
): readonly string[] {
  const parts = (environment?.networks ?? []).flatMap(({ subnets }) =>
    subnets.flatMap(({ prefixCidr }) => prefixCidr ?? []),
  );
  return attachments.flatMap(({ name, range }) => {
    const span = range === undefined ? undefined : spanOf(range);
    const part = parts.find((text) => {
      const cidr = parseCidr(text);
      return cidr && span && cidr.base <= span.last && span.first <= lastAddress(cidr);
    });
    if (part === undefined) return [];
    return `${name}: its range reaches into ${part}, from which AWS takes the prefixes of the nodes' interfaces; a pod may get an address that belongs to another node.`;
  });
}
