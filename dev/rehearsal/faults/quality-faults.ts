import type { Fault } from './fault.ts';
import type { Site } from './site.ts';

/** Faults of what passes: netem on the far node's eth1, as a bad line or a shaper does it. */
export const QUALITY_FAULTS: readonly Fault[] = [
  {
    name: 'packet reordering',
    cause: 'reordered',
    says: /came after one to a later request/,
    inputs: { samples: 'ipvlan-conf-1' },
    // Requests are 0.2 s apart: what waits longer is overtaken.
    inject: (site) => disturb(site, 'delay 500ms reorder 50%'),
    heal: calm,
  },
  {
    name: 'packet duplication',
    cause: 'duplicate-answers',
    says: /answers to \d+ requests/,
    inject: (site) => disturb(site, 'duplicate 90%'),
    heal: calm,
  },
  {
    name: 'delay',
    cause: 'slow',
    says: /only 200 ms are allowed/,
    inputs: { 'max-latency-ms': '200' },
    inject: (site) => disturb(site, 'delay 400ms'),
    heal: calm,
  },
  {
    name: 'uneven delay',
    cause: 'uneven',
    says: /at most 25 ms are allowed/,
    inputs: { samples: 'ipvlan-conf-1', 'max-jitter-ms': '25' },
    // Less than the time between two requests, so that none overtakes another one.
    inject: (site) => disturb(site, 'delay 90ms 80ms'),
    heal: calm,
  },
];

function disturb({ onNode, far }: Site, how: string): Promise<string> {
  return onNode(far, `tc qdisc add dev eth1 root netem ${how}`);
}

function calm({ onNode, far }: Site): Promise<string> {
  return onNode(far, 'tc qdisc del dev eth1 root');
}
