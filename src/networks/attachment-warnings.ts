import { formatRange, overlaps, parseCidr } from '../core/ip.ts';
import { type Environment, hasIpv6 } from '../environment/environment.ts';
import { type Attachment, allocatedRanges } from './attachment.ts';

/** Warnings about networks that work differently than one may expect: one for each limit, not for each network. Pure. */
export function attachmentWarnings(
  attachments: readonly Attachment[],
  environment: Environment | undefined,
): readonly string[] {
  const inVpc = attachments.filter(({ type }) => type !== 'bridge');
  return [
    ...sharedRanges(
      inVpc.filter(({ ipam }) => ipam === 'host-local'),
      environment,
    ),
    ...notRouted(
      inVpc.filter(({ ipam }) => ipam === 'whereabouts'),
      environment,
    ),
    ...unknownMacAddresses(attachments.filter(({ type }) => type === 'macvlan')),
    ...bridgesInsideNodes(
      attachments.filter(({ type }) => type === 'bridge'),
      environment,
    ),
    ...withoutIpv6(attachments, environment),
    ...takenInterfaces(attachments),
    ...secondDefaults(attachments),
    ...overlappingPrefixes(inVpc, environment),
  ];
}

/** host-local records allocations on each node by itself: https://www.cni.dev/plugins/current/ipam/host-local/ */
function sharedRanges(
  attachments: readonly Attachment[],
  environment: Environment | undefined,
): readonly string[] {
  const nodes = severalNodes(environment);
  if (attachments.length === 0 || nodes === undefined) return [];
  const networks = attachments.map(
    (one) => `${one.name} (${allocatedRanges(one).map(formatRange).join(', ')})`,
  );
  return [
    `${networks.join(', ')}: with ipam host-local each node allocates from the range on its own. On ${nodes} two pods can get the same address, and the VPC does not deliver these addresses between nodes. Pods on one node reach each other. ipam: eni-prefix has neither limit.`,
  ];
}

function notRouted(
  attachments: readonly Attachment[],
  environment: Environment | undefined,
): readonly string[] {
  if (attachments.length === 0 || severalNodes(environment) === undefined) return [];
  return [
    `${namesOf(attachments)}: with ipam whereabouts no two pods get the same address, but the VPC does not deliver these addresses between nodes, because no network interface has them. Pods on one node reach each other. ipam: eni-prefix has no such limit.`,
  ];
}

/** https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/using-eni.html: an interface has one MAC address. */
function unknownMacAddresses(attachments: readonly Attachment[]): readonly string[] {
  if (attachments.length === 0) return [];
  return [
    `${namesOf(attachments)}: with type macvlan each pod has its own MAC address, and the VPC delivers only frames for the MAC address of the network interface. Pods on one node reach each other; nothing else reaches them. type: ipvlan has no such limit.`,
  ];
}

function bridgesInsideNodes(
  attachments: readonly Attachment[],
  environment: Environment | undefined,
): readonly string[] {
  if (attachments.length === 0 || severalNodes(environment) === undefined) return [];
  return [
    `${namesOf(attachments)}: with type bridge pods reach only pods on the same node, because the bridge has no interface of the node.`,
  ];
}

/** In these modes, the node routes for pods, and it has no IPv6 on its Multus interfaces: cfn/node-boot/eni-prefix. */
function withoutIpv6(
  attachments: readonly Attachment[],
  environment: Environment | undefined,
): readonly string[] {
  const dual = (environment?.networks ?? []).filter(hasIpv6).map(({ network }) => network);
  const found = attachments.filter(
    ({ ipam, mode = '', network }) =>
      ipam === 'eni-prefix' &&
      mode.startsWith('l3') &&
      network !== undefined &&
      dual.includes(network),
  );
  if (found.length === 0) return [];
  return [
    `${namesOf(found)}: in the modes l3 and l3s of ipvlan, pods have an IPv4 address alone. mode: l2 gives them one of each family.`,
  ];
}

/** host-device moves the node's interface into the pod, where no other pod can use it. */
function takenInterfaces(attachments: readonly Attachment[]): readonly string[] {
  return attachments
    .filter(({ type, master }) => type === 'host-device' && master !== undefined)
    .flatMap((one) => {
      const others = attachments.filter(
        ({ name, master }) => name !== one.name && master === one.master,
      );
      if (others.length === 0) return [];
      return [
        `${one.name}: with type host-device the first pod on a node takes ${one.master} away, so ${namesOf(others)}, which also use it, fail on that node while the pod lives.`,
      ];
    });
}

/**
 * Of two default routes with the same metric, the kernel takes the one whose gateway it has not tried: `fib_select_default`
 * in https://github.com/torvalds/linux/blob/v6.12/net/ipv4/fib_semantics.c. The VPC CNI gives every pod one.
 */
function secondDefaults(attachments: readonly Attachment[]): readonly string[] {
  const found = attachments.filter(({ routes }) => routes.some(({ dst }) => dst === '0.0.0.0/0'));
  if (found.length === 0) return [];
  return [
    `${namesOf(found)}: a route to 0.0.0.0/0 is a second default route beside that of the pod's first interface, and the kernel changes between the two. default-route: true (with ipam eni-prefix) has no such limit.`,
  ];
}

function overlappingPrefixes(
  attachments: readonly Attachment[],
  environment: Environment | undefined,
): readonly string[] {
  const parts = (environment?.networks ?? []).flatMap(({ subnets }) =>
    subnets.flatMap(({ prefixCidr }) => prefixCidr ?? []),
  );
  return attachments.flatMap((attachment) => {
    const part = parts.find((text) => {
      const cidr = parseCidr(text);
      return cidr && allocatedRanges(attachment).some((range) => overlaps(range, cidr));
    });
    if (part === undefined) return [];
    return `${attachment.name}: its range overlaps ${part}, from which AWS takes the prefixes of the nodes' interfaces, so a pod may get an address that belongs to another node.`;
  });
}

/** The number of nodes in words; undefined when there can be only one. */
function severalNodes(environment: Environment | undefined): string | undefined {
  const most = environment?.nodeGroups.reduce((sum, { max }) => sum + max, 0);
  if (most === undefined) return 'several nodes';
  return most <= 1 ? undefined : `up to ${most} nodes`;
}

function namesOf(attachments: readonly Attachment[]): string {
  return attachments.map(({ name }) => name).join(', ');
}
