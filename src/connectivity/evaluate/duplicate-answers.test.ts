import fc from 'fast-check';
import { expect, it } from 'vitest';
import { echoesOf, healthy, LAB_NETWORKS, LAB_PODS } from '../testing/lab-pods.ts';
import { evaluate } from './evaluate.ts';
import type { PodObservation, Probe } from './observation.ts';

const WELL = healthy(LAB_PODS);
const NAMES = WELL.map(({ name }) => name);

const failuresOf = (pods: readonly PodObservation[]) =>
  evaluate({ networks: LAB_NETWORKS, pods }).checks.filter(({ outcome }) => outcome === 'failed');

/** The healthy lab, with the probe of a pod changed. */
function withProbe(name: string, change: (probe: Probe) => Probe): PodObservation[] {
  return WELL.map((pod) =>
    pod.name === name && pod.probe !== undefined ? { ...pod, probe: change(pod.probe) } : pod,
  );
}

it('the counters of a pod show a single answer too many, which its pings do not show', () => {
  fc.assert(
    fc.property(fc.constantFrom(...NAMES), fc.integer({ min: 1, max: 60 }), (name, more) => {
      const pods = withProbe(name, (probe) => {
        const { requests, answers } = echoesOf(probe.pings);
        return { ...probe, echoes: { requests, answers: answers + more } };
      });
      const answered = pods
        .find((pod) => pod.name === name)
        ?.probe?.pings.filter(({ received }) => received > 0);
      const sent = 3 * (answered?.length ?? 0);
      expect(failuresOf(pods)).toMatchObject([
        {
          check: 'duplicate-answers',
          subject: name,
          cause: 'duplicate-answers',
          detail: `all pings: ${sent + more} answers to ${sent} requests`,
        },
      ]);
    }),
  );
});

it('a ping that counts duplicates itself names the address', () => {
  const pods = withProbe('sampleapp-1', (probe) => ({
    ...probe,
    pings: probe.pings.map((ping) => (ping.received > 0 ? { ...ping, duplicates: 2 } : ping)),
  }));
  expect(failuresOf(pods)).toMatchObject([
    {
      check: 'duplicate-answers',
      detail: '10.0.4.71: 5 answers to 3 requests; 10.0.4.72: 5 answers to 3 requests',
    },
  ]);
});

it('lost packets, and answers that come too late for their pings, are no duplicates', () => {
  const lost = fc.array(fc.nat(3), { minLength: 5, maxLength: 5 });
  fc.assert(
    fc.property(fc.constantFrom(...NAMES), lost, fc.boolean(), (name, losses, late) => {
      const pods = withProbe(name, (probe) => {
        const pings = probe.pings.map((ping, index) => ({
          ...ping,
          received: Math.max(0, ping.received - (losses[index] ?? 0)),
        }));
        return { ...probe, pings, echoes: echoesOf(late ? probe.pings : pings) };
      });
      expect(failuresOf(pods).map(({ check }) => check)).not.toContain('duplicate-answers');
    }),
  );
});

it('a pod without counters is judged by its pings alone', () => {
  const pods = withProbe('sampleapp-1', ({ echoes: _, ...probe }) => probe);
  expect(failuresOf(pods)).toEqual([]);
});
