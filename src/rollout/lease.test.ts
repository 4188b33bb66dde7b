import type { V1Lease } from '@kubernetes/client-node';
import { beforeEach, describe, expect, it } from 'vitest';
import { fakeClock } from '../../dev/testing/fakes/fake-clock.ts';
import { fakeKubernetesApi } from '../../dev/testing/fakes/fake-kubernetes-api.ts';
import { recordingLog } from '../../dev/testing/fakes/recording-log.ts';
import type { Clock } from '../core/clock.ts';
import { ApiError } from '../kubernetes/api-error.ts';
import { type Held, withLease } from './lease.ts';

let clock: Clock;
let stored: V1Lease | undefined;
/** How many writes the API server refuses from now on. */
let refusals: number;
beforeEach(() => {
  clock = fakeClock();
  stored = undefined;
  refusals = 0;
});

/** Writes as an API server does: each changes the version, and one of an old version is a conflict. */
function write(lease: V1Lease): V1Lease {
  if (refusals > 0) {
    refusals -= 1;
    throw new ApiError(503, { message: 'the server is busy' });
  }
  const version = stored?.metadata?.resourceVersion;
  if (lease.metadata?.resourceVersion !== version) throw new ApiError(409, { message: 'changed' });
  const resourceVersion = String(Number(version ?? 0) + 1);
  stored = { ...lease, metadata: { ...lease.metadata, resourceVersion } };
  return stored;
}

const api = fakeKubernetesApi({
  read: async <T>() => stored as T | undefined,
  create: async <T>(_path: string, lease: T) => write(lease as V1Lease) as T,
  replace: async <T>(_path: string, lease: T) => write(lease as V1Lease) as T,
  merge: async (_path, body) => {
    const { metadata, spec } = body as V1Lease;
    write({
      ...stored,
      metadata: { ...stored?.metadata, ...metadata },
      spec: { ...stored?.spec, ...spec },
    });
  },
  remove: async () => {
    stored = undefined;
    return true;
  },
});

/** Does the work under the lease. Gives up waiting for another run after two minutes. */
function hold<T>(work: (held: Held) => Promise<T>): Promise<T> {
  const deadline = clock.now() + 120_000;
  return withLease({ api, environment: 'lab', clock, log: recordingLog(), deadline }, work);
}

/** Another run's lease, as it was written last. */
function ofAnother(leaseDurationSeconds: number): V1Lease {
  const spec = { holderIdentity: 'another', leaseDurationSeconds };
  return { metadata: { resourceVersion: '7' }, spec };
}

describe('a lease', () => {
  it('goes when the work succeeds', async () => {
    const during = await hold(async () => stored?.spec?.holderIdentity);
    expect(during).toMatch(/^[0-9a-f-]{36}$/);
    expect(stored).toBeUndefined();
  });

  it('stays free when the work fails', async () => {
    await expect(hold(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(stored?.spec?.holderIdentity).toBe('');
    expect(await hold(async () => clock.now())).toBe(0);
  });

  it.each([30, 60])('of a killed run lasts the %i seconds that it says', async (seconds) => {
    stored = ofAnother(seconds);
    const taken = await hold(async () => clock.now());
    expect(taken).toBeGreaterThan(seconds * 1000);
    expect(taken).toBeLessThanOrEqual(seconds * 1000 + 4_000);
  });

  it('is waited for in vain while another run renews it', async () => {
    stored = ofAnother(30);
    const { now, sleep } = clock;
    const other = async (ms: number) => {
      write(stored ?? {});
      await sleep(ms);
    };
    clock = { now, sleep: other };
    await expect(hold(async () => 'done')).rejects.toThrow('another run rolls its nodes');
  });
});

describe('a renewal', () => {
  it('keeps the time at which the lease was taken', async () => {
    await hold(async (held) => {
      const before = stored?.spec;
      const version = stored?.metadata?.resourceVersion;
      await clock.sleep(10_000);
      await held.check();
      expect(stored?.metadata?.resourceVersion).not.toBe(version);
      expect(stored?.spec?.acquireTime).toBe(before?.acquireTime);
    });
  });

  it('is tried again when the API server is busy', async () => {
    await hold(async (held) => {
      await clock.sleep(10_000);
      refusals = 3;
      await held.check();
      expect(refusals).toBe(0);
    });
  });

  it('ends the work when the API server is busy for half a minute', async () => {
    const work = hold(async (held) => {
      await clock.sleep(10_000);
      refusals = Number.POSITIVE_INFINITY;
      await held.check();
    });
    await expect(work).rejects.toThrow('has not renewed its Lease for half a minute');
    expect(clock.now()).toBe(30_000);
  });

  it('ends the work when another run has taken over', async () => {
    const work = hold(async (held) => {
      await clock.sleep(40_000);
      stored = ofAnother(30);
      await held.check();
    });
    await expect(work).rejects.toThrow('another run has taken it over');
    expect(stored?.spec?.holderIdentity).toBe('another');
  });
});
