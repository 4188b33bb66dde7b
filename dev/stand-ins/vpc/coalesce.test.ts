import { describe, expect, it } from 'vitest';
import { coalesce } from './coalesce.ts';

describe('coalesced work', () => {
  it('never overlaps, and shares one further run among the waiting calls', async () => {
    let active = 0;
    let runs = 0;
    const call = coalesce(async () => {
      expect(++active).toBe(1);
      await new Promise((resolve) => setTimeout(resolve, 5));
      runs++;
      active--;
    });
    await Promise.all([call(), call(), call(), call()]);
    expect(runs).toBe(2);
    await call();
    expect(runs).toBe(3);
  });

  it('goes on after a failed run', async () => {
    let runs = 0;
    const call = coalesce(async () => {
      if (++runs === 1) throw new Error('first');
    });
    const [first, second] = await Promise.allSettled([call(), call()]);
    expect(first.status).toBe('rejected');
    expect(second.status).toBe('fulfilled');
  });
});
