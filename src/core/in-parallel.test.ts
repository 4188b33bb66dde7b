import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { allOrFirstFailure, alongside, inParallel } from './in-parallel.ts';

/** Work that ends after some turns of the event loop, with its own name or with a failure. */
const works = fc.record({ name: fc.string(), turns: fc.nat(5), fails: fc.boolean() });
type Work = typeof works extends fc.Arbitrary<infer W> ? W : never;

function doing(ended: string[]) {
  return async ({ name, turns, fails }: Work) => {
    for (let turn = 0; turn < turns; turn += 1) await Promise.resolve();
    ended.push(name);
    if (fails) throw new Error(name);
    return name;
  };
}

const outcome = (promise: Promise<unknown>) =>
  promise.catch((error: Error) => `failed: ${error.message}`);

describe('in parallel', () => {
  it('maps in order, with at most so many at the same time', async () => {
    const property = fc.asyncProperty(
      fc.array(fc.nat(5)),
      fc.integer({ min: 1, max: 4 }),
      async (items, limit) => {
        let under = 0;
        let most = 0;
        const found = await inParallel(items, limit, async (turns) => {
          under += 1;
          most = Math.max(most, under);
          for (let turn = 0; turn < turns; turn += 1) await Promise.resolve();
          under -= 1;
          return turns * 2;
        });
        expect(found).toEqual(items.map((item) => item * 2));
        expect(most).toBeLessThanOrEqual(limit);
      },
    );
    await fc.assert(property);
  });

  it('lets all work end before the first failure is thrown', async () => {
    const property = fc.asyncProperty(fc.array(works), async (items) => {
      const ended: string[] = [];
      const failing = items.find(({ fails }) => fails);
      expect(await outcome(allOrFirstFailure(items, doing(ended)))).toEqual(
        failing === undefined ? items.map(({ name }) => name) : `failed: ${failing.name}`,
      );
      expect(ended).toHaveLength(items.length);
    });
    await fc.assert(property);
  });

  it('does work alongside other work: both end, and the failure of the other comes first', async () => {
    const property = fc.asyncProperty(works, works, async (other, work) => {
      const ended: string[] = [];
      const did = doing(ended);
      const failing = [other, work].find(({ fails }) => fails);
      expect(await outcome(alongside(did(other), () => did(work)))).toBe(
        failing === undefined ? work.name : `failed: ${failing.name}`,
      );
      expect(ended).toHaveLength(2);
    });
    await fc.assert(property);
  });
});
