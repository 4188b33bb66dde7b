import { describe, expect, it, vi } from 'vitest';
import { fakeClock } from '../../dev/testing/fakes/fake-clock.ts';
import {
  isTransient,
  OutOfTime,
  parseRetryAfter,
  type RetryPolicy,
  retry,
  until,
} from './retry.ts';

const answers = (...list: readonly (string | undefined | Error)[]) => {
  let index = 0;
  return async () => {
    const answer = list[Math.min(index, list.length - 1)];
    index += 1;
    if (answer instanceof Error) throw answer;
    return answer;
  };
};
const busy = Object.assign(new Error('busy'), { status: 503 });

/** Fails with these errors, one after another, then gives the number of the call. */
const failing = (...errors: readonly unknown[]) => {
  let calls = 0;
  return async () => {
    calls += 1;
    if (calls <= errors.length) throw errors[calls - 1];
    return calls;
  };
};

describe('retry', () => {
  const retried = async (call: () => Promise<number>, policy: Partial<RetryPolicy>) => {
    const clock = fakeClock();
    const fixed = { clock, firstPauseMs: 1000, random: () => 0.5 };
    const outcome = await retry(call, { ...fixed, ...policy }).catch((error: unknown) => error);
    return { outcome, ms: clock.now() };
  };
  const asksFor = (retryAfterMs: number) =>
    Object.assign(new Error(), { status: 429, retryAfterMs });

  it('doubles the pauses', async () => {
    expect(await retried(failing(busy, busy, busy), { attempts: 4 })).toEqual({
      outcome: 4,
      ms: 1000 + 2000 + 4000,
    });
  });

  it('grows the pauses by another factor, up to the longest', async () => {
    const policy = { attempts: 4, factor: 4, longestPauseMs: 10_000 };
    const { ms } = await retried(failing(busy, busy, busy), policy);
    expect(ms).toBe(1000 + 4000 + 10_000);
  });

  it('varies a pause by a quarter', async () => {
    const random = vi.fn().mockReturnValueOnce(0).mockReturnValueOnce(1);
    const { ms } = await retried(failing(busy, busy), { attempts: 3, factor: 1, random });
    expect(ms).toBe(750 + 1250);
  });

  it('gives up after the last attempt', async () => {
    const call = vi.fn(failing(busy, busy, busy));
    expect((await retried(call, { attempts: 2 })).outcome).toBe(busy);
    expect(call).toHaveBeenCalledTimes(2);
  });

  it('makes the last call at the deadline', async () => {
    const call = vi.fn(failing(busy, busy, busy, busy));
    expect(await retried(call, { deadline: 2500, factor: 1 })).toEqual({ outcome: busy, ms: 2500 });
    expect(call).toHaveBeenCalledTimes(4);
  });

  it('throws what the service said when the last call only ran out of time', async () => {
    const late = new OutOfTime('no answer within 2 seconds');
    const { outcome } = await retried(failing(busy, late), { attempts: 2 });
    expect(outcome).toBe(busy);
    expect((await retried(failing(late, late), { attempts: 2 })).outcome).toBe(late);
  });

  it('throws an error at once when trying again cannot help', async () => {
    const bug = new Error('bug');
    expect(await retried(failing(bug), { attempts: 9 })).toEqual({ outcome: bug, ms: 0 });
    const policy = { attempts: 9, mayPass: () => true };
    expect((await retried(failing(bug), policy)).outcome).toBe(2);
  });

  it('waits as long as the service asks for', async () => {
    expect(await retried(failing(asksFor(30_000)), { attempts: 2 })).toEqual({
      outcome: 2,
      ms: 30_000,
    });
    expect((await retried(failing(asksFor(1)), { attempts: 2 })).ms).toBe(1000);
  });

  it('gives up when the service asks for too long a pause', async () => {
    const hour = asksFor(3_600_000);
    expect(await retried(failing(hour), { attempts: 2 })).toEqual({ outcome: hour, ms: 0 });
    const late = asksFor(5000);
    expect(await retried(failing(late), { deadline: 4000 })).toEqual({ outcome: late, ms: 0 });
  });
});

it('reads Retry-After', () => {
  expect(parseRetryAfter('30')).toBe(30_000);
  expect(parseRetryAfter('Fri, 27 Nov 2026 05:00:07 GMT', Date.UTC(2026, 10, 27, 5))).toBe(7000);
  expect(parseRetryAfter('Thu, 01 Jan 1970 00:00:00 GMT')).toBe(0);
  expect([undefined, null, '', 'soon'].map((header) => parseRetryAfter(header))).toEqual([
    undefined,
    undefined,
    undefined,
    undefined,
  ]);
});

describe('until', () => {
  it('returns the first value', async () => {
    const clock = fakeClock();
    expect(await until(answers(undefined, undefined, 'yes'), { clock, deadline: 60_000 })).toBe(
      'yes',
    );
    expect(clock.now()).toBe(4000);
  });

  it('returns undefined after a last attempt at the deadline', async () => {
    const clock = fakeClock();
    const seen: number[] = [];
    const attempt = async () => {
      seen.push(clock.now());
      return undefined;
    };
    expect(await until(attempt, { clock, deadline: 2500, everyMs: 1000 })).toBeUndefined();
    expect(seen).toEqual([0, 1000, 2000, 2500]);
  });

  it('tries once even when the deadline has already passed', async () => {
    const clock = fakeClock();
    expect(await until(answers('late'), { clock, deadline: -1 })).toBe('late');
  });

  it('goes on after transient errors', async () => {
    const clock = fakeClock();
    expect(await until(answers(busy, 'yes'), { clock, deadline: 10_000 })).toBe('yes');
  });

  it('throws a transient error when no time is left', async () => {
    const clock = fakeClock();
    await expect(until(answers(busy), { clock, deadline: 3000 })).rejects.toBe(busy);
  });

  it('throws what the service said when the last attempt only ran out of time', async () => {
    const attempt = answers(busy, new OutOfTime('no answer within 2 seconds'));
    await expect(until(attempt, { clock: fakeClock(), deadline: 2000 })).rejects.toBe(busy);
  });

  it('throws any other error at once', async () => {
    const clock = fakeClock();
    const bug = new Error('bug');
    await expect(until(answers(bug), { clock, deadline: 10_000 })).rejects.toBe(bug);
    expect(clock.now()).toBe(0);
  });

  it('waits as long as the service asks for', async () => {
    const clock = fakeClock();
    const limited = Object.assign(new Error(), { status: 429, retryAfterMs: 7000 });
    expect(await until(answers(limited, 'yes'), { clock, deadline: 60_000 })).toBe('yes');
    expect(clock.now()).toBe(7000);
  });
});

const coded = (code: string) => Object.assign(new Error(`connect ${code}`), { code });
const fetchFailed = (cause: unknown) => new TypeError('fetch failed', { cause });

describe('isTransient', () => {
  it.each([429, 500, 502, 503, 504])('is true for %d', (status) => {
    expect(isTransient(Object.assign(new Error(), { status }))).toBe(true);
  });
  it.each([400, 401, 403, 404, 409, 422])('is false for %d', (status) => {
    expect(isTransient(Object.assign(new Error(), { status }))).toBe(false);
  });
  it('recognizes failed connections at any depth', () => {
    expect(isTransient(fetchFailed(coded('ECONNRESET')))).toBe(true);
    expect(isTransient(fetchFailed(new AggregateError([coded('ECONNREFUSED')])))).toBe(true);
    expect(isTransient(fetchFailed(coded('SELF_SIGNED_CERT_IN_CHAIN')))).toBe(false);
    expect(isTransient(new Error('bug'))).toBe(false);
    expect(isTransient('text')).toBe(false);
  });
});
