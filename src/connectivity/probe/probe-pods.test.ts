import { describe, expect, it } from 'vitest';
import { fakeClock } from '../../../dev/testing/fakes/fake-clock.ts';
import { recordingLog } from '../../../dev/testing/fakes/recording-log.ts';
import { ApiError } from '../../kubernetes/api-error.ts';
import { earlierPod, type FakeBehaviour, fakeProbeCluster } from '../testing/fake-probe-cluster.ts';
import { RUN_LABEL } from './cluster.ts';
import { withProbePods } from './probe-pods.ts';

const PODS = ['a', 'b'].map((name) => ({
  name,
  networks: [],
  manifest: { metadata: { name, labels: { [RUN_LABEL]: 'run' } } },
}));

function setUp(behaviour: FakeBehaviour = {}, keep = false) {
  const cluster = fakeProbeCluster(behaviour);
  const log = recordingLog();
  const stop = new AbortController();
  const clock = fakeClock();
  const life = { run: 'run', clock, log, signal: stop.signal, keep, deadline: 600_000 };
  const during = <T>(work: () => Promise<T>) => withProbePods(cluster, PODS, life, work);
  return { cluster, log, stop, during };
}

describe('withProbePods', () => {
  it('has the pods while the work is done, and none afterwards', async () => {
    const { cluster, during } = setUp();
    expect(await during(async () => [...cluster.present.keys()])).toEqual(['a', 'b']);
    expect(cluster.present.size).toBe(0);
  });

  it('removes them after a failure, and throws that failure', async () => {
    const { cluster, during } = setUp();
    await expect(during(() => Promise.reject(new Error('work failed')))).rejects.toThrow(
      'work failed',
    );
    expect(cluster.present.size).toBe(0);
  });

  it('removes them at once when the signal aborts, while the work still runs', async () => {
    const { cluster, stop, during } = setUp();
    const endless = during(() => {
      queueMicrotask(() => stop.abort(new Error('stopped by SIGINT')));
      return new Promise<never>(() => undefined);
    });
    await expect(endless).rejects.toThrow('stopped by SIGINT');
    expect(cluster.created).toHaveLength(2);
    expect(cluster.present.size).toBe(0);
  });

  it('creates none when the signal has aborted before', async () => {
    const { cluster, stop, during } = setUp();
    stop.abort(new Error('stopped'));
    await expect(during(async () => 1)).rejects.toThrow('stopped');
    expect(cluster.created).toEqual([]);
  });

  it('removes the others when one cannot be created', async () => {
    const refuse: FakeBehaviour['refuse'] = (pod) =>
      pod.metadata?.name === 'b'
        ? new ApiError(403, { message: 'violates PodSecurity "restricted"' })
        : undefined;
    const { cluster, during } = setUp({ refuse });
    await expect(during(async () => 1)).rejects.toThrow(
      /pod default\/b: it could not be created: 403 violates PodSecurity "restricted"\n.*pod-security\.kubernetes\.io\/enforce/,
    );
    expect(cluster.changes[0]).toBe('create a');
    expect(cluster.present.size).toBe(0);
  });

  it('keeps them with keep, and logs how to remove them', async () => {
    const { cluster, log, during } = setUp({}, true);
    await during(async () => 1);
    expect(cluster.present.size).toBe(2);
    expect(log.lines.at(-1)).toContain(
      'kubectl -n default delete pod -l eks-multus-actions/run=run',
    );
  });

  it('removes pods of an earlier run first', async () => {
    const { cluster, during } = setUp({ present: [earlierPod('b')] });
    await during(async () => 1);
    expect(cluster.changes).toEqual(['delete b', 'create a', 'create b', 'delete all']);
  });

  it('never touches a pod that is not ours', async () => {
    const { cluster, during } = setUp({ present: [{ metadata: { name: 'a' } }] });
    await expect(during(async () => 1)).rejects.toThrow('was not created by this action');
    expect(cluster.changes.filter((change) => change !== 'delete all')).toEqual([]);
    expect([...cluster.present.keys()]).toEqual(['a']);
  });

  it('fails when a pod of an earlier run is not removed', async () => {
    const { during } = setUp({ present: [earlierPod('a')], mortal: () => false });
    await expect(during(async () => 1)).rejects.toThrow('pods a in default: they still exist');
  });

  it('removes pods by force when their node does not answer', async () => {
    const { cluster, log, during } = setUp({ mortal: (force) => force });
    expect(await during(async () => 'done')).toBe('done');
    expect(cluster.present.size).toBe(0);
    expect(log.warnings).toHaveLength(1);
  });

  it('fails when the pods cannot be removed', async () => {
    const { during } = setUp({ mortal: () => false });
    await expect(during(async () => 1)).rejects.toThrow('kubectl delete pod --force');
  });
});
