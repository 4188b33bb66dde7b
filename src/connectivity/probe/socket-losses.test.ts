import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Echoes, PodObservation } from '../evaluate/observation.ts';
import { pairsOf, probedPairs } from '../evaluate/pairs.ts';
import { echoesOf, healthy, LAB_PODS } from '../testing/lab-pods.ts';
import { withoutSocketLosses } from './echo-counters.ts';

const WELL = healthy(LAB_PODS);
const losses = fc.array(fc.nat(3), { minLength: 8, maxLength: 8 });
const anyPod = fc.constantFrom(...WELL);

/** A pod whose pings missed so many answers each, and what its kernel counted. */
function withLosses(pod: PodObservation, lost: readonly number[], echoes?: Echoes): PodObservation {
  const { probe } = pod;
  if (probe === undefined) return pod;
  const pings = probe.pings.map((ping, index) => ({
    ...ping,
    received: Math.max(0, ping.received - (lost[index] ?? 0)),
  }));
  return { ...pod, probe: { ...probe, pings, echoes: echoes ?? echoesOf(pings) } };
}

function settled(pod: PodObservation): PodObservation {
  const row = pairsOf(WELL).filter(({ source }) => source.pod === pod.name);
  return withoutSocketLosses(pod, probedPairs(row, [pod]));
}

it('when the kernel counted all answers, pings with some answers had all', () => {
  fc.assert(
    fc.property(anyPod, losses, (pod, lost) => {
      const seen = withLosses(pod, lost, pod.probe?.echoes);
      const received = settled(seen).probe?.pings.map((ping) => ping.received);
      expect(received).toEqual(
        seen.probe?.pings.map((ping) => (ping.received === 0 ? 0 : ping.sent)),
      );
    }),
  );
});

it('when the kernel counted fewer or more answers, pings stay as they are', () => {
  fc.assert(
    fc.property(anyPod, losses, fc.integer({ min: -5, max: 5 }), (pod, lost, more) => {
      fc.pre(more !== 0);
      const { requests = 0, answers = 0 } = pod.probe?.echoes ?? {};
      const seen = withLosses(pod, lost, { requests, answers: answers + more });
      expect(settled(seen)).toEqual(seen);
    }),
  );
});

it('what the path lost stays lost', () => {
  fc.assert(
    fc.property(anyPod, losses, (pod, lost) => {
      const seen = withLosses(pod, lost);
      expect(settled(seen)).toEqual(seen);
    }),
  );
});
