import { inNetwork } from '../address.ts';
import type { Report, ReportedNode, ReportedNodeInterface } from '../report.ts';

/** One prefix of one elastic network interface of one node, and how many of its addresses the tested pods have. */
export interface PrefixRow {
  readonly node: string;
  readonly zone: string | null;
  readonly eni: string;
  /** `eth1`; empty when the interface is not attached. */
  readonly device: string;
  readonly primary: string;
  readonly status: string;
  /** Null for an interface without a prefix. */
  readonly prefix: string | null;
  /** Addresses of tested pods that lie in the prefix. */
  readonly addresses: readonly string[];
  /** How many addresses the prefix holds, of IPv4 only; null for IPv6 and without a prefix. */
  readonly capacity: number | null;
}

/** A row for each prefix, and one for each Multus interface without any. Empty when AWS was not asked. */
export function prefixRows(report: Report): readonly PrefixRow[] {
  const byNode = Map.groupBy(report.pods, ({ node }) => node);
  return report.nodes.flatMap((node) => {
    const addresses = (byNode.get(node.name) ?? [])
      .flatMap((pod) => pod.interfaces)
      .flatMap(({ address }) => address ?? []);
    return (node.interfaces ?? [])
      .filter(({ deviceIndex }) => deviceIndex !== 0)
      .toSorted((one, other) => order(one) - order(other))
      .flatMap((eni) => rowsOf(node, eni, addresses));
  });
}

function rowsOf(
  { name, zone }: ReportedNode,
  eni: ReportedNodeInterface,
  addresses: readonly string[],
): PrefixRow[] {
  const { id, deviceIndex, primary, status } = eni;
  const device = deviceIndex === null ? '' : `eth${deviceIndex}`;
  const interfaceOf = { node: name, zone, eni: id, device, primary, status };
  if (eni.prefixes.length === 0) {
    return [{ ...interfaceOf, prefix: null, addresses: [], capacity: null }];
  }
  return eni.prefixes.map((prefix) => ({
    ...interfaceOf,
    prefix,
    addresses: addresses.filter((address) => inNetwork(address, prefix)),
    capacity: prefix.includes(':') ? null : 2 ** (32 - Number(prefix.split('/')[1])),
  }));
}

/** Interfaces that are not attached come last. */
function order({ deviceIndex }: ReportedNodeInterface): number {
  return deviceIndex ?? Number.POSITIVE_INFINITY;
}
