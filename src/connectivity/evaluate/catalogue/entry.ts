/** The words by which checks are chosen in groups, besides their names. */
export const TAGS = [
  'node',
  'aws',
  'pod',
  'network',
  'interface',
  'address',
  'route',
  'neighbour',
  'pair',
  'icmp',
  'tcp',
  'udp',
  'sctp',
  'mtu',
  'quality',
  'sample',
  'target',
] as const;

export type Tag = (typeof TAGS)[number];

/** One named check, as the documentation and the inputs `checks` and `skip-checks` know it. */
export interface CatalogueEntry {
  readonly tags: readonly [Tag, ...Tag[]];
  /** The question that the check answers. */
  readonly meaning: string;
  /** What decides it. */
  readonly evidence: string;
  /** What a failure means, in general; a failed check says what it means in its own case. */
  readonly explanation: string;
  /** What to do about a failure, in general. */
  readonly nextStep: string;
}
