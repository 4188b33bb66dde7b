import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { fakeClock } from '../../dev/testing/fake-clock.ts';
import { type KubeServer, refusal, startKubeServer } from '../../dev/testing/kube-server.ts';
import { ApiError } from './api-error.ts';
import { type Rest, restOf } from './rest.ts';
import { retrying, retryingRest } from './retry.ts';

let server: KubeServer | undefined;
beforeEach(() => {
  vi.spyOn(Math, 'random').mockReturnValue(0.5);
});
afterEach(async () => {
  vi.restoreAllMocks();
  await server?.close();
  server = undefined;
});

const failing = (times: number, error: unknown) => {
  let asked = 0;
  return async () => {
    asked += 1;
    if (asked <= times) throw error;
    return asked;
  };
};
const busy = new ApiError(503, undefined);

it('sends a request again when that may help', async () => {
  const clock = fakeClock();
  expect(await retrying(failing(3, busy), clock)).toBe(4);
  expect(clock.now()).toBe(250 + 500 + 1000);
});

it('gives up in the end', async () => {
  const clock = fakeClock();
  await expect(retrying(failing(9, busy), clock)).rejects.toBe(busy);
  expect(clock.now()).toBe(3750);
});

it('does not try what cannot help, unless told that it may', async () => {
  const clock = fakeClock();
  const conflict = new ApiError(409, undefined);
  await expect(retrying(failing(1, conflict), clock)).rejects.toBe(conflict);
  expect(await retrying(failing(1, conflict), clock, () => true)).toBe(2);
});

it('sends again what reads and what deletes, and nothing else', async () => {
  const asked = async (method: 'GET' | 'DELETE' | 'POST' | 'PATCH') => {
    const answer = failing(1, busy);
    const rest = retryingRest((() => answer()) as Rest, fakeClock());
    return rest<number>({ method, path: '/api' }).catch((error: unknown) => error);
  };
  expect(await Promise.all([asked('GET'), asked('DELETE')])).toEqual([2, 2]);
  expect(await Promise.all([asked('POST'), asked('PATCH')])).toEqual([busy, busy]);
});

it('does not wait five times for what does not answer', async () => {
  const silent = Object.assign(new Error('no answer'), { code: 'ETIMEDOUT' });
  const answer = failing(1, silent);
  const rest = retryingRest((() => answer()) as Rest, fakeClock());
  await expect(rest({ method: 'GET', path: '/api' })).rejects.toBe(silent);
});

it.each([429, 503])('waits as long as the API server asks for with a %d', async (status) => {
  server = await startKubeServer((_, asked) =>
    asked === 0
      ? { ...refusal(status, 'too many requests'), headers: { 'retry-after': '7' } }
      : { status: 200, body: { items: [] } },
  );
  const clock = fakeClock();
  const rest = restOf({ url: server.url, proxied: false, options: async () => ({}) });
  expect(await retryingRest(rest, clock)({ method: 'GET', path: '/api' })).toEqual({ items: [] });
  expect(clock.now()).toBe(7000);
});
