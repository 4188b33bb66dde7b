import type { NetworkInterface } from '../aws/network-interfaces.ts';
import { formatRange, overlaps, parseAddress, parseCidr, type Range, size } from '../core/ip.ts';
import { type Attachment, allocatedRanges } from './attachment.ts';
import type { NetworkProblem } from './network-spec.ts';

/** Results of checking networks against the network interfaces of a VPC. */
export interface InterfaceFindings {
  readonly problems: readonly NetworkProblem[];
  /** How many addresses the nodes have for pods, for the log. */
  readonly notes: readonly string[];
}

/**
 * Checks that no network allocates an address that an interface has, and that each node has enough addresses for its
 * pods. This covers only interfaces that exist now; later nodes bring their own. Pure.
 */
export function checkInterfaces(
  attachments: readonly Attachment[],
  interfaces: readonly NetworkInterface[],
): InterfaceFindings {
  const onPrefixes = attachments.filter(({ ipam }) => ipam === 'eni-prefix');
  const inVpc = attachments.filter(({ type }) => type !== 'bridge');
  return {
    problems: [
      ...inVpc.flatMap((one) => checkTaken(one, interfaces)),
      ...onPrefixes.flatMap((one) => checkPrefixes(one, interfaces)),
    ],
    notes: [...new Set(onPrefixes.flatMap(({ network }) => network ?? []))]
      .toSorted((a, b) => a - b)
      .flatMap((network) => noteOf(network, interfaces)),
  };
}

function checkTaken(
  attachment: Attachment,
  interfaces: readonly NetworkInterface[],
): readonly NetworkProblem[] {
  const allocated = allocatedRanges(attachment);
  return interfaces.flatMap((one) =>
    taken(one)
      .filter(({ addresses }) => allocated.some((own) => overlaps(own, addresses)))
      .map(({ what }) => ({
        place: `${attachment.name}.range`,
        value: attachment.pools
          .map(({ range, subnet }) => (range ? formatRange(range) : subnet))
          .join(', '),
        allowed: `a range clear of ${what} of ${nameOf(one)}`,
      })),
  );
}

/** The addresses that pods cannot have. Secondary addresses are allowed: people assign them so that the VPC delivers them. */
function taken({
  primary,
  prefixes,
}: NetworkInterface): readonly { what: string; addresses: Range }[] {
  const address = parseAddress(primary);
  return [
    ...(address === undefined
      ? []
      : [{ what: `${primary}, the primary address`, addresses: address }]),
    ...prefixes.flatMap((text) => {
      const cidr = parseCidr(text);
      return cidr === undefined ? [] : [{ what: `${text}, a prefix`, addresses: cidr }];
    }),
  ];
}

function checkPrefixes(
  { name, network, podsPerNode }: Attachment,
  interfaces: readonly NetworkInterface[],
): readonly NetworkProblem[] {
  return ofNetwork(network, interfaces).flatMap((one) => {
    const addresses = addressesOf(one);
    if (addresses === 0) {
      const allowed = `another one, or a prefix for ${nameOf(one)}, which has none (replace the node, or assign a prefix)`;
      return [{ place: `${name}.ipam`, value: 'eni-prefix', allowed }];
    }
    if (podsPerNode === undefined || podsPerNode <= addresses) return [];
    const allowed = `at most ${addresses}, the addresses in the prefixes of ${nameOf(one)}; or more prefixes per interface`;
    return [{ place: `${name}.pods-per-node`, value: String(podsPerNode), allowed }];
  });
}

function noteOf(network: number, interfaces: readonly NetworkInterface[]): readonly string[] {
  const own = ofNetwork(network, interfaces);
  if (own.length === 0) return [];
  const counts = own.map(addressesOf).toSorted((a, b) => a - b);
  const [least, most] = [counts[0], counts.at(-1)];
  const text = least === most ? `${least}` : `${least} to ${most}`;
  const ipv6 = own.filter(({ ipv6Prefixes }) => ipv6Prefixes.length > 0).length;
  const more =
    ipv6 === 0 ? '' : `; ${ipv6 === own.length ? 'each' : `${ipv6} of them`} with an IPv6 prefix`;
  return [`network ${network}: ${own.length} nodes, each with ${text} addresses for pods${more}`];
}

function ofNetwork(
  network: number | undefined,
  interfaces: readonly NetworkInterface[],
): readonly NetworkInterface[] {
  return interfaces.filter(
    ({ deviceIndex, status }) =>
      network !== undefined && deviceIndex === network && status === 'in-use',
  );
}

function addressesOf({ prefixes }: NetworkInterface): number {
  return prefixes.reduce((sum, text) => {
    const cidr = parseCidr(text);
    return cidr === undefined ? sum : sum + size(cidr);
  }, 0);
}

function nameOf({ id, instanceId, deviceIndex }: NetworkInterface): string {
  return instanceId === undefined ? id : `${id} (eth${deviceIndex} of ${instanceId})`;
}
