import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Moto } from '../../dev/stand-ins/aws/moto/moto.ts';
import { startTestMoto } from '../../dev/stand-ins/aws/testing/local-aws.ts';
import { eventSequence } from '../../dev/testing/hook/event-sequence.ts';
import { tryHook } from '../../dev/testing/hook/hook-trials.ts';

/** `npm run soak -- hook` goes through 1,000. */
const SEQUENCES = 75;
const SEED = 1;

let moto: Moto;
beforeAll(async () => {
  moto = (await startTestMoto()).moto;
});
afterAll(() => moto?.stop());

describe('the hook, under repeated, reordered and simultaneous events and failing calls,', () => {
  it('gives every instance its interfaces or nothing, answers once, and leaks none', async () => {
    const { problems, leaked, inService, sequences } = await tryHook(moto.url, SEED, SEQUENCES);
    expect(problems).toEqual([]);
    expect(leaked).toBe(0);
    // Otherwise the test would prove nothing.
    expect(inService).toBeGreaterThan(sequences / 10);
    expect(inService).toBeLessThan(sequences);
  }, 600_000);

  it('covers launches, terminations, repeated events and failing calls', () => {
    const all = Array.from({ length: SEQUENCES }, (_, index) => eventSequence(SEED, index));
    const transitions = all.map(({ deliveries }) => deliveries.map((one) => one.transition));
    expect(transitions.filter((one) => one[0] === 'terminating').length).toBeGreaterThan(2);
    expect(transitions.filter((one) => one.length > 2).length).toBeGreaterThan(25);
    expect(all.filter(({ faults }) => faults.length > 0).length).toBeGreaterThan(25);
    const calls = new Set(all.flatMap(({ faults }) => faults.map(({ call }) => call)));
    expect(calls.size).toBeGreaterThan(15);
  });
});
