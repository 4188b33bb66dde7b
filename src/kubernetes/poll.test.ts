import { describe, expect, it } from 'vitest';
import { fakeClock } from '../../dev/testing/fake-clock.ts';
import { systemClock } from '../core/clock.ts';
import { ApiError } from './rest.ts';
import { until } from './retry.ts';

const answers = (...list: readonly (string | undefined | Error)[]) => {
  let index = 0;
  return async () => {
    const answer = list[Math.min(index, list.length - 1)];
    index += 1;
    if (answer instanceof Error) throw answer;
    return answer;
  };
};
const busy = new ApiError(503, undefined);

describe('until', () => {
  it('gives the first value', async () => {
    const clock = fakeClock();
    expect(await until(answers(undefined, undefined, 'yes'), { clock, deadline: 60_000 })).toBe(
      'yes',
    );
    expect(clock.now()).toBe(4000);
  });

  it('gives nothing once the deadline has passed, having asked a last time at it', async () => {
    const clock = fakeClock();
    const seen: number[] = [];
    const attempt = async () => {
      seen.push(clock.now());
      return undefined;
    };
    expect(await until(attempt, { clock, deadline: 2500, everyMs: 1000 })).toBeUndefined();
    expect(seen).toEqual([0, 1000, 2000, 2500]);
  });

  it('asks once even when the deadline has passed already', async () => {
    const clock = fakeClock();
    expect(await until(answers('late'), { clock, deadline: -1 })).toBe('late');
  });

  it('goes on after errors that pass', async () => {
    const clock = fakeClock();
    expect(await until(answers(busy, 'yes'), { clock, deadline: 10_000 })).toBe('yes');
  });

  it('throws such an error when there is no time left', async () => {
    const clock = fakeClock();
    await expect(until(answers(busy), { clock, deadline: 3000 })).rejects.toBe(busy);
  });

  it('throws any other error at once', async () => {
    const clock = fakeClock();
    const bug = new Error('bug');
    await expect(until(answers(bug), { clock, deadline: 10_000 })).rejects.toBe(bug);
    expect(clock.now()).toBe(0);
  });
});

it('the system clock sleeps', async () => {
  const before = systemClock.now();
  await systemClock.sleep(20);
  expect(systemClock.now() - before).toBeGreaterThanOrEqual(19);
});
