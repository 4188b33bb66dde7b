/** Bytes of an IP header with that of ICMP or UDP, which are as long. */
export const HEADERS = { ipv4: 28, ipv6: 48 } as const;
