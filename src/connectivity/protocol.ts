/** What pods say to each other over a secondary network. ICMP is the ping; the other protocols need the tools image. */
export const PROTOCOLS = ['icmp', 'tcp', 'udp', 'sctp'] as const;
export type Protocol = (typeof PROTOCOLS)[number];

/** A protocol with ports. */
export type Transport = Exclude<Protocol, 'icmp'>;

/** The ports of the test pods' own services. They are above those that a pod needs a capability for. */
export const SERVICE_PORTS: Readonly<Record<Transport | 'iperf', number>> = {
  tcp: 20080,
  udp: 20081,
  sctp: 20082,
  iperf: 20083,
};

/** The protocols with ports among the given ones, in the order of the report. */
export function transportsOf(protocols: readonly string[]): readonly Transport[] {
  return PROTOCOLS.filter((one) => one !== 'icmp').filter((one) => protocols.includes(one));
}
