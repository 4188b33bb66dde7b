import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../dev/tools/seeded-random.ts';
import type { RolloutLimits } from './group-state.ts';
import { nextSteps } from './next-steps.ts';
import { patient, SimulatedGroup } from './testing/simulated-group.ts';

interface Case {
  readonly nodes: number;
  readonly limits: RolloutLimits;
  readonly seed: number;
}

const cases: fc.Arbitrary<Case> = fc
  .record({
    nodes: fc.integer({ min: 1, max: 6 }),
    maxSurge: fc.integer({ min: 0, max: 3 }),
    maxUnavailable: fc.integer({ min: 0, max: 2 }),
    seed: fc.integer({ min: 1, max: 1e6 }),
  })
  .filter(({ maxSurge, maxUnavailable }) => maxSurge + maxUnavailable > 0)
  .map(({ nodes, seed, ...limits }) => ({ nodes, seed, limits: patient(limits) }));

const MOST_PASSES = 600;

/** Rolls a group to its end, and checks after every step and tick what must always hold. */
function roll(
  { nodes, limits, seed }: Case,
  killed: (steps: number) => boolean = () => false,
): { readonly group: SimulatedGroup; readonly steps: number; readonly ended: boolean } {
  const group = new SimulatedGroup({
    nodes,
    max: nodes + limits.maxSurge,
    random: seededRandom(seed),
  });
  let steps = 0;
  const check = () => {
    expect(group.serving()).toBeGreaterThanOrEqual(nodes - limits.maxUnavailable);
    expect(group.liveCount()).toBeLessThanOrEqual(nodes + limits.maxSurge);
    expect(group.desired).toBeGreaterThanOrEqual(nodes);
    expect(group.chosenByGroup).toBe(0);
  };
  for (let pass = 0; pass < MOST_PASSES; pass += 1) {
    const decision = nextSteps(group.state(), limits, group.now);
    if (decision.kind === 'done') return { group, steps, ended: true };
    if (decision.kind === 'stop') throw new Error(decision.why.join());
    for (const step of decision.kind === 'go' ? decision.steps : []) {
      group.perform(step);
      check();
      steps += 1;
      if (!killed(steps)) continue;
      group.forget();
      break;
    }
    group.tick();
    check();
  }
  return { group, steps, ended: false };
}

function expectRolled({ group, ended }: ReturnType<typeof roll>, nodes: number): void {
  expect(ended).toBe(true);
  expect(group.oldCount()).toBe(0);
  expect(group.liveCount()).toBe(nodes);
  expect(group.serving()).toBe(nodes);
  expect(group.desired).toBe(nodes);
}

describe('a rollout of a whole group', () => {
  it('always ends, with new nodes only, and never takes more nodes away than allowed', () => {
    fc.assert(fc.property(cases, (one) => expectRolled(roll(one), one.nodes)));
  });

  it('goes on after it is killed behind any of its steps', () => {
    fc.assert(
      fc.property(cases, (one) => {
        const { steps } = roll(one);
        for (let at = 1; at <= steps; at += 1) {
          expectRolled(
            roll(one, (step) => step === at),
            one.nodes,
          );
        }
      }),
      { numRuns: 40 },
    );
  });

  it('ends although it is killed again and again', () => {
    fc.assert(
      fc.property(cases, fc.integer({ min: 2, max: 7 }), (one, every) => {
        expectRolled(
          roll(one, (step) => step % every === 0 && step < 60),
          one.nodes,
        );
      }),
    );
  });
});
