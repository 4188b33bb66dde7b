import { describe, expect, it } from 'vitest';
import { parseFailure } from '../../faults/switches.ts';
import { failingPacing, realisticPacing, type Step, steadyPacing } from './pacing.ts';

const cluster: Step = {
  kind: 'create',
  stackName: 'lab',
  logicalId: 'Cluster',
  type: 'AWS::EKS::Cluster',
};

describe('realistic pacing', () => {
  const pacing = realisticPacing(1 / 5000, () => 0.5);

  it('waits for a cluster as long as AWS does, scaled', async () => {
    const { signal } = new AbortController();
    const began = performance.now();
    const ready = ['AWS::EKS::Cluster', 'AWS::EC2::Route'].map(async (type) => {
      await pacing.settle?.({ ...cluster, type }, signal);
      return type;
    });
    expect(await Promise.race(ready)).toBe('AWS::EC2::Route');
    await Promise.all(ready);
    expect(performance.now() - began).toBeGreaterThan(80);
  });

  it('stops waiting when the operation is cancelled', async () => {
    const slow = realisticPacing(1, () => 0.5);
    // Minutes if it were not cancelled, far more than this test may take.
    await expect(slow.settle?.(cluster, AbortSignal.timeout(10))).resolves.toBeUndefined();
  });
});

describe('planned failures', () => {
  it('happen as often as planned', async () => {
    const pacing = failingPacing(steadyPacing(0), [
      parseFailure('AWS::EKS::Cluster:2:no capacity'),
    ]);
    await expect(pacing.before(cluster)).rejects.toThrow('no capacity');
    await expect(pacing.before({ ...cluster, kind: 'delete' })).resolves.toBeUndefined();
    await expect(pacing.before({ ...cluster, logicalId: 'Other' })).rejects.toThrow('no capacity');
    await expect(pacing.before(cluster)).resolves.toBeUndefined();
  });

  it('can concern one logical id, one operation and one stack', async () => {
    const plan = { ...parseFailure('Cluster'), operation: 'delete', stackName: 'lab' } as const;
    const pacing = failingPacing(steadyPacing(0), [plan]);
    await expect(pacing.before(cluster)).resolves.toBeUndefined();
    const removal = { ...cluster, kind: 'delete' } as const;
    await expect(pacing.before({ ...removal, stackName: 'other' })).resolves.toBeUndefined();
    await expect(pacing.before(removal)).rejects.toThrow('told to fail');
  });

  it('can concern change sets', async () => {
    const pacing = failingPacing(steadyPacing(0), [parseFailure('change-set')]);
    await expect(pacing.before({ kind: 'stack', stackName: 'lab' })).resolves.toBeUndefined();
    await expect(pacing.before({ kind: 'change-set', stackName: 'lab' })).rejects.toThrow();
  });
});

it.each([
  ['Cluster', 'Cluster', 1],
  ['AWS::EKS::Cluster', 'AWS::EKS::Cluster', 1],
  ['AWS::EKS::Cluster:3', 'AWS::EKS::Cluster', 3],
  ['Cluster:3:a: b', 'Cluster', 3],
])('reads %s', (text, what, times) => {
  expect(parseFailure(text)).toMatchObject({ what, times });
});
