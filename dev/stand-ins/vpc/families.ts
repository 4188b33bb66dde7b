/** One family of addresses, as nftables names it, and where EC2's state has what belongs to it. */
export interface Family {
  /** The family of a table, which is also the word for its header. */
  readonly table: 'ip' | 'ip6';
  readonly addressType: 'ipv4_addr' | 'ipv6_addr';
  /** The addresses and prefixes of an interface. */
  ownOf(eni: Addressed): readonly string[];
  rangesOf(rule: Ranges): readonly string[];
  has(range: string): boolean;
}

interface Addressed {
  readonly addresses: readonly string[];
  readonly prefixes: readonly string[];
  readonly ipv6Addresses?: readonly string[];
  readonly ipv6Prefixes?: readonly string[];
}

interface Ranges {
  readonly cidrs: readonly string[];
  readonly ipv6Cidrs?: readonly string[];
}

export const IPV4: Family = {
  table: 'ip',
  addressType: 'ipv4_addr',
  ownOf: ({ addresses, prefixes }) => [...addresses, ...prefixes],
  rangesOf: ({ cidrs }) => cidrs,
  has: (range) => !range.includes(':'),
};

export const IPV6: Family = {
  table: 'ip6',
  addressType: 'ipv6_addr',
  ownOf: ({ ipv6Addresses = [], ipv6Prefixes = [] }) => [...ipv6Addresses, ...ipv6Prefixes],
  rangesOf: ({ ipv6Cidrs = [] }) => ipv6Cidrs,
  has: (range) => range.includes(':'),
};
