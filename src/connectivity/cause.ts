/** What a failed check can come from. The words are part of the report's schema: new ones may come, none will go. */
export const CAUSES = [
  'image',
  'scheduling',
  'pod-network-setup',
  'pod-state',
  'probe-failed',
  'multus-down',
  'node-not-ready',
  'predates-multus',
  'not-attached',
  'interface-missing',
  'interface-down',
  'wrong-master',
  'wrong-network',
  'out-of-range',
  'duplicate-address',
  'unassigned-address',
  'missing-route',
  'one-way',
  'traffic-dropped',
  'mtu',
  'packet-loss',
  'slow',
  'not-isolated',
] as const;

export type Cause = (typeof CAUSES)[number];
