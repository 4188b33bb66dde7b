import type { V1Pod } from '@kubernetes/client-node';
import { describe, expect, it } from 'vitest';
import { counts, daemonSet as set } from '../../dev/testing/samples/daemon-set.ts';
import { rolloutBeside, rolloutOf } from './rollout.ts';

describe('rolloutOf', () => {
  it.each([
    ['all pods run', counts(2, 2, 2), 2, true],
    ['more nodes than expected', counts(3, 3, 3), 2, true],
    ['no nodes are expected and none are there', counts(0, 0, 0), 0, true],
    ['the change is not seen yet', counts(2, 2, 2, 1), 2, false],
    ['a pod is of the old version', counts(2, 1, 2), 2, false],
    ['a pod is not available', counts(2, 2, 1), 2, false],
    ['a node is missing', counts(1, 1, 1), 2, false],
    ['there is no status', {}, 0, false],
  ])('%s', (_name, status, atLeast, done) => {
    expect(rolloutOf(set(status), atLeast).done).toBe(done);
  });

  it('describes the progress', () => {
    expect(rolloutOf(set(counts(1, 1, 1)), 2).text).toBe('1 of 2 available, 1 updated');
    expect(rolloutOf(set({}), 2).text).toMatch(/not seen/);
  });
});

describe('rolloutBeside', () => {
  const pod = (status: 'True' | 'False'): V1Pod => ({
    status: { conditions: [{ type: 'Ready', status }] },
  });

  it.each([
    ['a pod elsewhere does not run', counts(3, 3, 2), [pod('True'), pod('True')], 2, true],
    ['a pod that counts does not run', counts(3, 3, 2), [pod('True'), pod('False')], 1, false],
    ['a node elsewhere has no new pod yet', counts(3, 2, 2), [pod('True'), pod('True')], 2, false],
    ['a node that counts has no pod', counts(3, 3, 3), [pod('True')], 2, false],
    ['the change is not seen yet', counts(2, 2, 2, 1), [pod('True')], 1, false],
  ])('%s', (_name, status, pods, atLeast, done) => {
    expect(rolloutBeside(set(status), pods, atLeast).done).toBe(done);
  });

  it('describes the progress', () => {
    const { text } = rolloutBeside(set(counts(3, 2, 2)), [pod('True'), pod('False')], 1);
    expect(text).toBe('1 of 2 Ready, 2 of 3 updated');
  });
});
