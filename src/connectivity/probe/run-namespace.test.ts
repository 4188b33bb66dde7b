import { expect, it } from 'vitest';
import { fakeClock } from '../../../dev/testing/fakes/fake-clock.ts';
import { recordingLog } from '../../../dev/testing/fakes/recording-log.ts';
import { fakeProbeCluster } from '../testing/fake-probe-cluster.ts';
import type { ProbeCluster } from './cluster.ts';
import { withRunNamespace } from './run-namespace.ts';

function setUp(change: Partial<ProbeCluster> = {}) {
  const cluster = fakeProbeCluster();
  const log = recordingLog();
  const { signal } = new AbortController();
  const life = {
    run: 'r',
    expiresInMs: 1_000,
    clock: fakeClock(),
    log,
    signal,
    keep: false,
    deadline: 600_000,
  };
  const during = <T>(work: () => Promise<T>) =>
    withRunNamespace({ ...cluster, ...change }, life, work);
  return { cluster, log, during };
}

it('is there for the work, and gone afterwards', async () => {
  const { cluster, log, during } = setUp();
  expect(await during(async () => [...cluster.namespaces])).toEqual(['default']);
  expect(cluster.namespaces.size).toBe(0);
  expect(log.warnings).toEqual([]);
});

it('keeps the result of the work when the cluster removes it slowly', async () => {
  const { log, during } = setUp({ namespaceExists: async () => true });
  expect(await during(async () => 'report')).toBe('report');
  expect(log.warnings).toEqual([expect.stringContaining('kubectl get namespace default -o yaml')]);
});

it('is removed after a failure, which is thrown', async () => {
  const { cluster, during } = setUp();
  await expect(during(() => Promise.reject(new Error('work failed')))).rejects.toThrow(
    'work failed',
  );
  expect(cluster.namespaces.size).toBe(0);
});
